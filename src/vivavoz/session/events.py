"""What enters and leaves a session: one model per event, the same on every transport.

``event`` is the name on the wire; the fields are its ``data``.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from vivavoz.errors import VivavozError
from vivavoz.session.entities import (
    AudioChunk,
    NonNegativeInt,
    SessionMetrics,
    SessionStatus,
    TranscriptionResult,
    utc_now,
)

MAX_PROMPT_CHARACTERS = 1000
MAX_METADATA_ITEMS = 32

MimeType = Annotated[str, Field(min_length=1, max_length=256)]


class Event(BaseModel):
    """Base of all events: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    event: ClassVar[str]


# --- from the client ------------------------------------------------------------------------------


class RecordingOptions(Event):
    """What a client may choose for its session; without ``partials`` only finals are decoded."""

    initial_prompt: Annotated[str, Field(max_length=MAX_PROMPT_CHARACTERS)] | None = None
    hotwords: Annotated[str, Field(max_length=MAX_PROMPT_CHARACTERS)] | None = None
    partials: bool = True
    metadata: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=256)]],
        Field(max_length=MAX_METADATA_ITEMS),
    ] = Field(default_factory=dict)


class StartRecording(Event):
    """Audio of this MIME type follows. ``language``: ISO 639-1; none lets the engine detect."""

    event = "start_recording"
    mime_type: MimeType
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}|auto)$")] | None = None
    options: RecordingOptions = Field(default_factory=RecordingOptions)


class AudioChunkReceived(Event):
    """The next piece of audio."""

    event = "audio_chunk"
    chunk: AudioChunk


class PauseRecording(Event):
    """Treat what was said as finished; ``stream_ended``: the recorder was stopped, not paused."""

    event = "pause_recording"
    stream_ended: bool = False


class ResumeRecording(Event):
    """Go on after a pause. A ``mime_type`` announces a new container stream."""

    event = "resume_recording"
    mime_type: MimeType | None = None


class StopRecording(Event):
    """No more audio. ``last_sequence_number`` lets the server notice a chunk still on its way."""

    event = "stop_recording"
    last_sequence_number: NonNegativeInt | None = None


class Ping(Event):
    """Keep-alive and round-trip measurement; ``timestamp`` comes back untouched."""

    event = "ping"
    timestamp: float | None = None


ClientEvent = (
    StartRecording | AudioChunkReceived | PauseRecording | ResumeRecording | StopRecording | Ping
)


# --- from the server ------------------------------------------------------------------------------


class EngineInfo(Event):
    """Who decodes: ``languages`` is none when the engine knows all of Whisper's."""

    name: str
    model: str
    device: str
    languages: tuple[str, ...]
    detects_language: bool


class SessionLimits(Event):
    """What the client must keep to, and above which latency it is warned (an older server does not
    say)."""

    duration_limit: int
    max_chunk_bytes: int
    max_chunks: int
    max_unacknowledged_chunks: int
    resume_window_s: float
    latency_warning_ms: int = 3000


class SessionCreated(Event):
    """The session exists. ``resume_token`` is its secret; ``epoch`` names this server process."""

    event = "session_created"
    session_id: UUID
    status: SessionStatus
    start_time: datetime
    resume_token: str
    epoch: str
    engine: EngineInfo
    limits: SessionLimits


class SessionResumed(Event):
    """The session goes on: send chunks from ``next_sequence_number``."""

    event = "session_resumed"
    session_id: UUID
    status: SessionStatus
    epoch: str
    next_sequence_number: int
    received_sequence_number: int
    durable_sequence_number: int
    confirmed_text: str
    partial_text: str
    engine: EngineInfo
    limits: SessionLimits


class Ack(Event):
    """How far the audio has come.

    ``received_sequence_number``: all chunks up to it are here. ``durable_sequence_number``: all
    text up to it is final and stored, so the client may forget the audio. ``queue_size``: chunks
    waiting for the decoder.
    """

    event = "ack"
    received_sequence_number: NonNegativeInt
    durable_sequence_number: NonNegativeInt
    queue_size: NonNegativeInt


class TranscriptionPartial(Event):
    """Text that may still change; it replaces the partial before it."""

    event = "transcription_partial"
    result: TranscriptionResult


class TranscriptionFinal(Event):
    """Text that will never change; it also takes the place of the present partial."""

    event = "transcription_final"
    result: TranscriptionResult


class StatusChanged(Event):
    """The session moved from ``previous`` to ``status``."""

    event = "status"
    session_id: UUID
    status: SessionStatus
    previous: SessionStatus


class MetricsMeasured(Event):
    """One measurement, sent at a steady interval while recording."""

    event = "metrics"
    metrics: SessionMetrics


class Warned(Event):
    """Something to know; the session goes on."""

    event = "warning"
    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)
    timestamp: datetime = Field(default_factory=utc_now)


class ErrorBody(Event):
    """The one error shape of every transport."""

    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)
    timestamp: datetime = Field(default_factory=utc_now)
    request_id: str
    recoverable: bool


class Failed(Event):
    """Something failed. If not ``recoverable``, the connection closes after it."""

    event = "error"
    error: ErrorBody

    @classmethod
    def of(cls, error: VivavozError, request_id: str, *, is_the_end: bool = False) -> "Failed":
        """The event for ``error``, as the answer to ``request_id``; ``is_the_end``: whether the
        session ends with it, also where it need not."""
        return cls(
            error=ErrorBody(
                code=error.code,
                message=error.message,
                details=error.details,
                request_id=request_id,
                recoverable=error.recoverable and not is_the_end,
            )
        )


class Pong(Event):
    """The answer to a ping."""

    event = "pong"
    timestamp: float | None = None
    server_time: datetime = Field(default_factory=utc_now)


class SessionCompleted(Event):
    """The end: the text is whole and, when ``saved``, in the history under ``transcript_id``."""

    event = "session_completed"
    session_id: UUID
    transcript_id: UUID | None
    saved: bool
    reason: str
    confirmed_text: str
    duration_s: float
    audio_chunks_received: int


ServerEvent = (
    SessionCreated
    | SessionResumed
    | Ack
    | TranscriptionPartial
    | TranscriptionFinal
    | StatusChanged
    | MetricsMeasured
    | Warned
    | Failed
    | Pong
    | SessionCompleted
)


class WarningCode:
    """Codes of ``warning`` events."""

    DURATION_LIMIT_NEAR = "DURATION_LIMIT_NEAR"
    LATENCY_HIGH = "LATENCY_HIGH"
    AUDIO_GAP = "AUDIO_GAP"
    LANGUAGE_ASSUMED = "LANGUAGE_ASSUMED"
    PROMPTS_IGNORED = "PROMPTS_IGNORED"
