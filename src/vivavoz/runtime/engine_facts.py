"""What a client is told about the engine and its limits."""

from collections.abc import Iterator

from vivavoz.errors import LanguageNotSupportedError
from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.session.events import (
    EngineInfo,
    RecordingOptions,
    SessionLimits,
    Warned,
    WarningCode,
)
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


def shortcomings(
    capabilities: EngineCapabilities, language: str | None, options: RecordingOptions
) -> Iterator[Warned]:
    """What the engine cannot do of that which a recording asks for. No language means that it is to
    be detected."""
    prompts = {"initial_prompt": options.initial_prompt, "hotwords": options.hotwords}
    asked = [name for name, text in prompts.items() if text]
    if asked and not capabilities.takes_prompts:
        yield Warned(
            code=WarningCode.PROMPTS_IGNORED,
            message=f"The {capabilities.name} engine takes no prompts: it ignores "
            f"{' and '.join(asked)}.",
            details={"options": asked},
        )
    if language is None and not capabilities.detects_language:
        known = ", ".join(sorted(capabilities.languages))
        yield Warned(
            code=WarningCode.LANGUAGE_ASSUMED,
            message=f"The {capabilities.name} engine takes all speech for this language: {known}.",
            details={"language": known},
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
        known = sorted(capabilities.languages)
        raise LanguageNotSupportedError(
            f"The {capabilities.name} engine does not know the language '{language}'. "
            f"{_remedy(known)}",
            language=language,
            languages=known,
        )
    return language


def _remedy(known: list[str]) -> str:
    if len(known) > 1:
        return (
            f"Choose one of its {len(known)} languages, as listed in details.languages, or auto to "
            "have it detected."
        )
    return (
        "Start the server with a multilingual Whisper model, as in `--engine whisper --model "
        f"base`, or choose {known[0]}."
    )
