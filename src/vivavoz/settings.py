"""Typed settings, each a ``VIVAVOZ_*`` environment variable and documented in one sentence.

``docs/settings.md`` is generated from this module; a test keeps the two alike.
"""

import json
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vivavoz.session.entities import (
    MAX_CHUNK_BYTES,
    MAX_DURATION_LIMIT_S,
    MIN_DURATION_LIMIT_S,
)

Seconds = Annotated[float, Field(gt=0)]
Milliseconds = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
LogLevel = Literal["debug", "info", "warning", "error"]
Probability = Annotated[float, Field(ge=0, le=1)]


class EngineChoice(StrEnum):
    """Which engine decodes."""

    AUTO = "auto"
    WHISPER = "whisper"
    POCKETSPHINX = "pocketsphinx"


class Device(StrEnum):
    """Where a model runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class Profile(StrEnum):
    """A preset of the recognition settings."""

    LIVE = "live"
    BALANCED = "balanced"
    FRUGAL = "frugal"


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """All settings of a server; the command line's options override the environment."""

    model_config = SettingsConfigDict(env_prefix="VIVAVOZ_", extra="ignore", frozen=True)

    # Server
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8000, description="Port to listen on; 0 takes any free one."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins, besides the server's own, whose pages may connect, as a JSON list.",
    )
    auth: bool = Field(False, description="Ask every client for an API key.")
    allow_unauthenticated: bool = Field(
        False, description="Serve beyond loopback without authentication."
    )
    token_ttl_s: Seconds = Field(
        900.0, description="How long a signed token lives; the page renews its own in time."
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("vivavoz", appauthor=False),
        description="Folder of the database and the transcript files. Whisper models lie in the "
        "Hugging Face cache, which `HF_HOME` moves.",
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL of the history; by default SQLite in the data folder.",
    )
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="`console` or `json` log lines.")
    log_level: LogLevel = Field("info", description="Least severe level that is logged.")

    # Engine
    engine: EngineChoice = Field(
        EngineChoice.AUTO,
        description="`whisper`, `pocketsphinx`, or `auto`: Whisper where its model can be had, "
        "else PocketSphinx.",
    )
    model: str = Field("base", description="Whisper model: size name, hub id or local directory.")
    partial_model: str | None = Field(
        None, description="Second Whisper model, for partials only; finals keep the main one."
    )
    device: Device = Field(Device.AUTO, description="`cpu`, `cuda` or `auto`.")
    compute_type: str = Field(
        "default",
        description="CTranslate2 compute type; `default` is int8 on CPU, float16 on CUDA.",
    )
    language: str | None = Field(
        None,
        pattern=r"^[a-z]{2,3}$",
        description="Language of sessions that name none (ISO 639-1); none lets the engine detect.",
    )
    redetect_language: bool = Field(
        False, description="Detect the language anew at each utterance, not once per session."
    )
    hub_timeout_s: Seconds = Field(
        5.0, description="How long the model hub may take to answer before it counts as away."
    )
    worker_threads: Annotated[int, Field(ge=0)] = Field(
        0, description="Threads that decode; 0 takes one per core."
    )

    # Recognition
    profile: Profile = Field(
        Profile.BALANCED,
        description="Preset of partial interval, margins and beam: `live`, `balanced`, `frugal`.",
    )
    full_context_finals: bool = Field(
        False,
        description="Decode finals in the model's whole 30 s window on a CPU too, as offline; "
        "costs about twice as much. On CUDA they always are.",
    )

    # Voice activity
    vad_start_threshold: Probability = Field(
        0.5, description="Speech probability from which a frame counts as speech."
    )
    vad_stop_threshold: Probability = Field(
        0.35, description="Speech probability below which a frame counts as silence."
    )
    vad_min_speech_ms: Milliseconds = Field(
        96, description="Speech must last this long to open an utterance."
    )
    vad_pre_roll_ms: Milliseconds = Field(
        300, description="Audio kept from before speech was noticed."
    )
    vad_endpoint_ms: Milliseconds = Field(
        500, description="Silence after which an utterance is finished."
    )
    vad_speculative_ms: Milliseconds = Field(
        200, description="Silence after which the final decode starts on speculation."
    )
    max_utterance_s: Seconds = Field(
        18.0, description="Longest stretch without a pause before agreed words are made final."
    )

    # Limits
    duration_limit_s: Annotated[int, Field(ge=MIN_DURATION_LIMIT_S, le=MAX_DURATION_LIMIT_S)] = (
        Field(MAX_DURATION_LIMIT_S, description="Longest session; a client may ask for less.")
    )
    duration_warning_s: Seconds = Field(
        300.0, description="How long before the duration limit the client is warned."
    )
    max_chunks: Count = Field(180_000, description="Chunks in one session.")
    max_chunk_bytes: Annotated[int, Field(ge=1024, le=MAX_CHUNK_BYTES)] = Field(
        MAX_CHUNK_BYTES, description="Size of one chunk."
    )
    max_session_bytes: Count = Field(
        1_073_741_824, description="Audio bytes in one session, all chunks together."
    )
    max_chunks_per_second: Count = Field(
        200, description="Chunk rate of one session, averaged over ten seconds."
    )
    max_unacknowledged_chunks: Count = Field(
        64, description="Chunks that one client may have waiting for the decoder."
    )
    reorder_window_chunks: Count = Field(
        32, description="Chunks held while one before them is missing."
    )
    gap_timeout_s: Seconds = Field(
        10.0, description="How long a missing chunk is waited for before the loss is declared."
    )
    max_upload_bytes: Count = Field(
        268_435_456, description="Size of one uploaded recording, which is held in memory."
    )
    max_uploads: Count = Field(2, description="Uploads that are transcribed at the same time.")
    max_sessions: Count = Field(100, description="Live sessions in all.")
    max_sessions_per_address: Count = Field(20, description="Live sessions of one client address.")
    max_reconnects: Count = Field(100, description="Resumptions of one session.")
    connect_timeout_s: Seconds = Field(
        30.0, description="How long the first message may take after connecting."
    )
    idle_timeout_s: Seconds = Field(
        300.0, description="Silence on the connection after which a session is finished."
    )
    processing_timeout_s: Seconds = Field(
        30.0, description="How long one decode may take before it is given up."
    )
    resume_window_s: Seconds = Field(
        300.0, description="How long a session without a connection waits for its client."
    )
    send_queue_events: Count = Field(
        256, description="Events waiting for a slow reader before its connection is cut."
    )
    max_queue_wait_s: Seconds = Field(
        1.0, description="Measured wait for a decode above which new sessions are refused."
    )
    min_memory_gb: Annotated[float, Field(ge=0)] = Field(
        8.0, description="Memory below which a warning is given at start."
    )
    metrics_interval_s: Seconds = Field(
        2.0, description="How often a recording session is sent its metrics."
    )
    latency_warning_ms: Milliseconds = Field(
        3000, description="Latency above which the client is warned."
    )
    metrics_retention_days: Count = Field(
        90, description="How long the aggregated metrics of finished sessions are kept."
    )
    undo_delete_s: Seconds = Field(
        600.0,
        description="How long a deleted transcript can be brought back before it goes for good.",
    )
    shutdown_timeout_s: Seconds = Field(
        10.0, description="How long a stopping server may take to finish what it has."
    )

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _is_a_json_list(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        with suppress(ValueError):
            if isinstance(origins := json.loads(value), list):
                return origins
        raise ValueError('must be a JSON list, such as ["https://dictate.example.org"]')

    @field_validator("data_dir")
    @classmethod
    def _is_no_file(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError("must be a folder, not a file")
        return value

    @field_validator("vad_stop_threshold")
    @classmethod
    def _is_not_above_the_start_threshold(cls, value: float, info: ValidationInfo) -> float:
        start = info.data.get("vad_start_threshold", value)
        if value > start:
            raise ValueError(f"must not exceed vad_start_threshold ({start:g})")
        return value

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'vivavoz.db'}"

    @property
    def transcripts_dir(self) -> Path:
        """Folder of the transcript files."""
        return self.data_dir / "transcripts"
