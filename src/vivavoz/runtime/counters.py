"""What Prometheus is told; no label ever holds an id, an address or text."""

from uuid import uuid4

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from vivavoz.errors import VivavozError
from vivavoz.session.events import Failed

_LATENCY_BUCKETS_S = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


class Counters:
    """The server's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge(
            "vivavoz_sessions", "Live sessions by status.", ["status"], registry=self.registry
        )
        self.sessions_ended = Counter(
            "vivavoz_sessions_ended",
            "Ended sessions by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self.chunks = Counter("vivavoz_audio_chunks", "Audio chunks taken.", registry=self.registry)
        self.audio_bytes = Counter(
            "vivavoz_audio_bytes", "Bytes of audio chunks taken.", registry=self.registry
        )
        self.results = Counter(
            "vivavoz_results", "Results sent by type.", ["result_type"], registry=self.registry
        )
        self.errors = Counter(
            "vivavoz_errors", "Errors answered by code.", ["code"], registry=self.registry
        )
        self.resumes = Counter(
            "vivavoz_sessions_resumed", "Resumed connections.", registry=self.registry
        )
        self.latency = Histogram(
            "vivavoz_result_latency_seconds",
            "Age of a result's newest audio when it is sent.",
            ["result_type"],
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self.queue_wait = Gauge(
            "vivavoz_queue_wait_seconds",
            "How long a decode waits for a worker now.",
            registry=self.registry,
        )

    def failure(
        self, error: VivavozError, request_id: str | None = None, *, is_the_end: bool = False
    ) -> Failed:
        """An error as a client is told it, counted by its code, once however often it is told."""
        if not error.is_counted:
            error.is_counted = True
            self.errors.labels(error.code).inc()
        return Failed.of(error, request_id or uuid4().hex, is_the_end=is_the_end)
