"""The limits and time-outs that one session keeps."""

from dataclasses import dataclass
from typing import Self

from vivavoz.settings import Settings


@dataclass(frozen=True, slots=True)
class SessionRules:
    """Each field is the setting of the same name."""

    max_chunk_bytes: int
    max_chunks: int
    max_session_bytes: int
    max_chunks_per_second: int
    max_unacknowledged_chunks: int
    reorder_window_chunks: int
    max_reconnects: int
    connect_timeout_s: float
    idle_timeout_s: float
    resume_window_s: float
    gap_timeout_s: float
    duration_warning_s: float

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The rules that the settings ask for."""
        return cls(**{name: getattr(settings, name) for name in cls.__dataclass_fields__})
