"""What of a session outlives its process: the values handed to and from the history."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from vivavoz.session.entities import StreamingSession
from vivavoz.session.events import RecordingOptions

AWAY_OUTCOMES = frozenset({"connection_lost", "server_restarted"})
"""How sessions end that are saved while their client is away, which may still come back."""


@dataclass(frozen=True, slots=True)
class DurableMark:
    """Everything before it is final and stored: chunks up to ``sequence_number``, audio up to
    ``sample_index`` (16 kHz samples on the session's timeline)."""

    sequence_number: int = 0
    sample_index: int = 0

    @property
    def audio_s(self) -> float:
        """The audio up to it, in seconds."""
        return self.sample_index / 16_000

    def merged(self, other: "DurableMark") -> "DurableMark":
        """The farther of both, in each respect."""
        return DurableMark(
            max(self.sequence_number, other.sequence_number),
            max(self.sample_index, other.sample_index),
        )


@dataclass(frozen=True, slots=True)
class ContainerStream:
    """One run of a recorder: a container begins at its first chunk and can only be read from there.

    ``first_sample`` is where its audio begins on the session's timeline (16 kHz samples).
    """

    mime_type: str
    first_sequence_number: int
    first_sample: int

    @property
    def beginning(self) -> DurableMark:
        """All that came before it."""
        return DurableMark(self.first_sequence_number - 1, self.first_sample)


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """With what a session was opened: ``language`` and ``options`` hold until its client starts to
    record and asks for its own."""

    resume_token_hash: str
    language: str | None = None
    options: RecordingOptions = field(default_factory=RecordingOptions)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """The aggregated metrics of one session, in all or so far; no content."""

    engine: str
    model: str
    audio_s: float
    wall_s: float
    chunks: int
    bytes: int
    partials: int
    finals: int
    words: int
    reconnects: int
    latency_p50_ms: float
    latency_p95_ms: float
    recognition_s: float
    audio_quality_score: float

    def joined(self, later: "SessionSummary") -> "SessionSummary":
        """Together with what came of the session after it was taken up again.

        The engine is the one that made the newest text. The quality is that of the newest audio,
        as ever. Percentiles cannot be joined: the larger is one that the true one does not exceed.
        """
        maker = later if later.finals else self
        heard = later if later.audio_s else self
        return SessionSummary(
            engine=maker.engine,
            model=maker.model,
            audio_s=max(self.audio_s, later.audio_s),
            wall_s=self.wall_s + later.wall_s,
            chunks=self.chunks + later.chunks,
            bytes=self.bytes + later.bytes,
            partials=self.partials + later.partials,
            finals=self.finals + later.finals,
            words=self.words + later.words,
            reconnects=self.reconnects + later.reconnects,
            latency_p50_ms=max(self.latency_p50_ms, later.latency_p50_ms),
            latency_p95_ms=max(self.latency_p95_ms, later.latency_p95_ms),
            recognition_s=self.recognition_s + later.recognition_s,
            audio_quality_score=heard.audio_quality_score,
        )


@dataclass(frozen=True, slots=True)
class UnfinishedSession:
    """A session that the store holds but no process does: what a restart needs to go on.

    ``summary`` is of what is durable, none if nothing was measured.
    """

    session: StreamingSession
    terms: SessionTerms
    stream: ContainerStream | None
    mark: DurableMark
    summary: SessionSummary | None = None


@dataclass(frozen=True, slots=True)
class SavedTranscript:
    """Where a finished session went: its id in the history and the name of its file."""

    transcript_id: UUID
    saved_at: datetime
    file_name: str
