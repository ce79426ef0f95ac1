"""What a session cost and how quick it was."""

import math
from collections import deque
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import psutil

from vivavoz.audio.levels import Levels
from vivavoz.audio.quality import QualityMeter
from vivavoz.session.entities import SessionMetrics
from vivavoz.session.records import DurableMark, SessionSummary

_SAMPLE_RATE_HZ = 16_000
_RECENT_LATENCIES = 4096
_RECENT_BLOCKS = 4096
_LOAD_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class ProcessLoad:
    """CPU as a share of all cores, 0..100, and resident memory."""

    cpu_percent: float
    memory_mb: float


class ProcessGauge:
    """The load of the process, for all sessions alike: measured once an interval however many ask,
    because a share of a shorter time is chance, and reading it is not free."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._process.cpu_percent()
        self._load = ProcessLoad(0.0, 0.0)
        self._next_at_s = -math.inf

    def read(self, at_s: float) -> ProcessLoad:
        """The load at that moment of the monotonic clock, or up to an interval before."""
        if at_s >= self._next_at_s:
            self._next_at_s = at_s + _LOAD_INTERVAL_S
            share = self._process.cpu_percent() / (psutil.cpu_count() or 1)
            resident_mb = self._process.memory_info().rss / 1e6
            self._load = ProcessLoad(min(max(share, 0.0), 100.0), resident_mb)
        return self._load


class SessionGauge:
    """The measurements of one session."""

    def __init__(self, created_s: float) -> None:
        self.partials = self.finals = self.words = 0
        self.recognition_s = 0.0
        self.latency_ms = 0.0
        self._created_s = created_s
        self._quality = QualityMeter()
        self._arrivals: deque[tuple[int, float]] = deque(maxlen=_RECENT_BLOCKS)
        self._fed: deque[tuple[int, float]] = deque()
        self._latencies_ms: deque[float] = deque(maxlen=_RECENT_LATENCIES)
        self._processed_chunks = 0
        self._audio_samples = 0

    def chunk_came(self, sequence_number: int, at_s: float) -> None:
        """A chunk went to the decoder."""
        self._fed.append((sequence_number, at_s))

    def audio_decoded(self, mark: DurableMark, levels: Levels, at_s: float) -> None:
        """Its audio came out."""
        while self._fed and self._fed[0][0] <= mark.sequence_number:
            self._fed.popleft()
            self._processed_chunks += 1
        self._arrivals.append((mark.sample_index, self._fed[0][1] if self._fed else at_s))
        self._audio_samples = mark.sample_index
        self._quality.push(levels)

    def text_shown(self, end_sample: int, at_s: float) -> float:
        """Text whose newest audio is ``end_sample`` is on its way: its latency in milliseconds."""
        came_s = at_s
        while self._arrivals:
            came_s = self._arrivals[0][1]
            if self._arrivals[0][0] >= end_sample:
                break
            self._arrivals.popleft()
        self.latency_ms = max(at_s - came_s, 0.0) * 1000
        self._latencies_ms.append(self.latency_ms)
        return self.latency_ms

    def metrics(
        self, session_id: UUID, load: ProcessLoad, *, pending: int, gpu: bool
    ) -> SessionMetrics:
        """One measurement to send."""
        return SessionMetrics(
            session_id=session_id,
            latency_ms=self.latency_ms,
            chunks_processed=self._processed_chunks,
            chunks_pending=pending,
            cpu_usage_percent=load.cpu_percent,
            memory_usage_mb=load.memory_mb,
            gpu_available=gpu,
            audio_quality_score=self._quality.score,
        )

    def summary(
        self,
        *,
        engine: str,
        model: str,
        chunks: int,
        size_bytes: int,
        reconnects: int,
        at_s: float,
    ) -> SessionSummary:
        """What is kept of it."""
        latencies = np.array(self._latencies_ms or [0.0])
        p50, p95 = np.percentile(latencies, [50, 95])
        return SessionSummary(
            engine=engine,
            model=model,
            audio_s=self._audio_samples / _SAMPLE_RATE_HZ,
            wall_s=at_s - self._created_s,
            chunks=chunks,
            bytes=size_bytes,
            partials=self.partials,
            finals=self.finals,
            words=self.words,
            reconnects=reconnects,
            latency_p50_ms=float(p50),
            latency_p95_ms=float(p95),
            recognition_s=self.recognition_s,
            audio_quality_score=self._quality.score,
        )
