"""The four entities of the data model, with every rule that a value must meet."""

import base64
import binascii
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)

MAX_CHUNK_BYTES = 1_048_576
MIN_DURATION_LIMIT_S = 60
MAX_DURATION_LIMIT_S = 3600

_AUDIO_MIME_TYPE = re.compile(
    r"audio/[a-z0-9][a-z0-9!#$&^_.+-]*(\s*;\s*[a-z0-9_-]+=(\"[^\"]*\"|[^\s;\"]+))*", re.IGNORECASE
)


def utc_now() -> datetime:
    """The present moment, time-zone aware; the default of every time that a server stamps."""
    return datetime.now(UTC)


def _from_base64(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("must be valid base64") from error


Base64Bytes = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda data: base64.b64encode(data).decode("ascii"), when_used="json"),
]
"""Raw bytes in Python, base64 text in JSON."""

UnitInterval = Annotated[float, Field(ge=0, le=1)]
NonNegativeFloat = Annotated[float, Field(ge=0, allow_inf_nan=False)]
NonNegativeInt = Annotated[int, Field(ge=0)]


class Entity(BaseModel):
    """Base of the entities: unknown fields are refused, assignments are validated, and an error
    that ends up in a log does not quote what was said."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, hide_input_in_errors=True)


class SessionStatus(StrEnum):
    """Where a session stands; ``session.state`` says which may follow which."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECORDING = "recording"
    PAUSED = "paused"
    RECONNECTING = "reconnecting"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    ERROR = "error"


SOURCE_FILE = "source_file"
"""Of a session's metadata: the name of the file that is transcribed, if it is one."""


class StreamingSession(Entity):
    """One active streaming transcription.

    ``duration_limit`` is in seconds of wall time; ``metadata`` holds what the client gave and what
    the server has to declare (lost audio, for one).
    """

    session_id: UUID = Field(default_factory=uuid4)
    user_id: str | None = None
    status: SessionStatus = SessionStatus.CONNECTING
    start_time: datetime = Field(default_factory=utc_now)
    last_activity: datetime = Field(default_factory=utc_now)
    duration_limit: Annotated[int, Field(ge=MIN_DURATION_LIMIT_S, le=MAX_DURATION_LIMIT_S)] = (
        MAX_DURATION_LIMIT_S
    )
    audio_chunks_received: NonNegativeInt = 0
    partial_text: str = ""
    confirmed_text: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)


class AudioChunk(Entity):
    """One piece of audio from a client: ``audio_data`` is a cut of a container or raw PCM.

    ``timestamp`` is the capture time by the client's clock, ``received_at`` the server's.
    """

    model_config = ConfigDict(frozen=True)

    chunk_id: Annotated[str, Field(min_length=1, max_length=128)]
    session_id: UUID
    sequence_number: Annotated[int, Field(ge=1)]
    timestamp: datetime
    mime_type: Annotated[str, Field(max_length=256)]
    audio_data: Base64Bytes = Field(repr=False)
    size_bytes: Annotated[int, Field(gt=0, le=MAX_CHUNK_BYTES)]
    received_at: datetime = Field(default_factory=utc_now)

    @field_validator("mime_type")
    @classmethod
    def _is_audio_mime_type(cls, value: str) -> str:
        if not _AUDIO_MIME_TYPE.fullmatch(value.strip()):
            raise ValueError("must be an audio type such as audio/webm;codecs=opus")
        return value.strip()

    @model_validator(mode="after")
    def _size_is_the_decoded_size(self) -> Self:
        if self.size_bytes != len(self.audio_data):
            raise ValueError(
                f"size_bytes is {self.size_bytes} but audio_data holds {len(self.audio_data)} bytes"
            )
        return self


class RecognizedWord(Entity):
    """One word of a result; times are audio seconds from the start of the session."""

    model_config = ConfigDict(frozen=True)

    text: str
    start: NonNegativeFloat
    end: NonNegativeFloat
    probability: UnitInterval


class TranscriptionResult(Entity):
    """One partial or final result.

    ``start_time`` and ``end_time`` are audio seconds from the start of the session;
    ``stable_text``, on partials, is the prefix on which successive hypotheses agree.
    """

    model_config = ConfigDict(frozen=True)

    result_id: UUID = Field(default_factory=uuid4)
    session_id: UUID
    sequence_number: NonNegativeInt
    result_type: Literal["partial", "final"]
    text_content: str
    confidence: UnitInterval
    start_time: NonNegativeFloat
    end_time: NonNegativeFloat
    language: str
    processing_time_ms: NonNegativeFloat
    created_at: datetime = Field(default_factory=utc_now)
    words: tuple[RecognizedWord, ...] = ()
    stable_text: str | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_time < self.start_time:
            raise ValueError("end_time lies before start_time")
        return self


class SessionMetrics(Entity):
    """One measurement of a live session; ``memory_usage_mb`` and CPU are the whole process's."""

    model_config = ConfigDict(frozen=True)

    metrics_id: UUID = Field(default_factory=uuid4)
    session_id: UUID
    timestamp: datetime = Field(default_factory=utc_now)
    latency_ms: NonNegativeFloat
    chunks_processed: NonNegativeInt
    chunks_pending: NonNegativeInt
    cpu_usage_percent: Annotated[float, Field(ge=0, le=100)]
    memory_usage_mb: NonNegativeFloat
    gpu_available: bool
    audio_quality_score: UnitInterval
