"""What a client is told about the engine and its limits."""

from vivavoz.errors import LanguageNotSupportedError
from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.session.events import EngineInfo, SessionLimits
from vivavoz.settings import Settings


def engine_info(capabilities: EngineCapabilities) -> EngineInfo:
    """The engine as events and REST show it."""
    return EngineInfo(
        name=capabilities.name,
        model=capabilities.model,
        device=capabilities.device,
        languages=tuple(sorted(capabilities.languages)),
        detects_language=capabilities.detects_language,
    )


def session_limits(settings: Settings, duration_limit: int) -> SessionLimits:
    """The limits that a client must keep to."""
    return SessionLimits(
        duration_limit=duration_limit,
        max_chunk_bytes=settings.max_chunk_bytes,
        max_chunks=settings.max_chunks,
        max_unacknowledged_chunks=settings.max_unacknowledged_chunks,
        resume_window_s=settings.resume_window_s,
        latency_warning_ms=settings.latency_warning_ms,
    )


def chosen_language(
    asked: str | None, default: str | None, capabilities: EngineCapabilities
) -> str | None:
    """The language to recognise: what the client asked for, else the server's default; none to let
    the engine detect.

    Raises:
        LanguageNotSupportedError: the engine in use does not know it.
    """
    language = asked or default
    if language in (None, "auto"):
        return None
    if language not in capabilities.languages:
        raise LanguageNotSupportedError(
            f"The {capabilities.name} engine ({capabilities.model}) does not know the language "
            f"'{language}'. Start with a multilingual Whisper model, as in "
            "`--engine whisper --model base`, or choose one of: "
            f"{', '.join(sorted(capabilities.languages))}.",
            language=language,
            languages=sorted(capabilities.languages),
        )
    return language
