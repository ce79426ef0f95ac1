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
class UnfinishedSession:
    """A session that the store holds but no process does: what a restart needs to go on.

    ``is_closed``: it was saved while its client was away, and must be reopened first.
    """

    session: StreamingSession
    resume_token_hash: str
    language: str | None
    stream: ContainerStream | None
    mark: DurableMark
    options: RecordingOptions = field(default_factory=RecordingOptions)
    is_closed: bool = False

    @property
    def terms(self) -> SessionTerms:
        """With what it goes on."""
        return SessionTerms(self.resume_token_hash, self.language, self.options)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """The aggregated metrics of one finished session; no content."""

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
    outcome: str


@dataclass(frozen=True, slots=True)
class SavedTranscript:
    """Where a finished session went: its id in the history and the name of its file."""

    transcript_id: UUID
    saved_at: datetime
    file_name: str
