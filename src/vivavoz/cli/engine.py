"""Loading an engine where a person watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.filesize import decimal

from vivavoz.cli.console import console
from vivavoz.engines.registry import LoadedEngine, LoadProgress, load_engine
from vivavoz.recognition.engine import Engine
from vivavoz.settings import Settings

_ENGINE_NAMES = {"whisper": "Whisper", "pocketsphinx": "PocketSphinx"}


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """The engine that the settings name, loaded and warm, for a command that decodes by itself.

    Raises:
        ModelNotAvailableError, ModelFailedError, EngineNotInstalledError: as ``load_engine``.
    """
    loaded = load_watched(settings)
    if loaded.fallback_reason is not None:
        announce_engine(loaded)
    try:
        yield loaded.engine
    finally:
        loaded.engine.close()


def load_watched(
    settings: Settings, on_progress: Callable[[LoadProgress], None] = lambda progress: None
) -> LoadedEngine:
    """Load the engine and show on standard error what it waits for."""
    with console(stderr=True).status("Loading the model…") as status:

        def show(progress: LoadProgress) -> None:
            status.update(_in_words(progress))
            on_progress(progress)

        return load_engine(settings, show)


def announce_engine(loaded: LoadedEngine) -> None:
    """Say on standard error which engine is at work, and why it is not a better one."""
    notes = console(stderr=True)
    facts = loaded.engine.capabilities
    notes.print(f"Engine: {_ENGINE_NAMES[facts.name]}, model {facts.model}, on {facts.device}")
    if loaded.fallback_reason is not None:
        notes.print(
            f"This is the built-in engine, which knows English only. {loaded.fallback_reason}",
            style="yellow",
        )


def _in_words(progress: LoadProgress) -> str:
    if progress.stage == "downloading" and progress.bytes_total:
        done, total = decimal(progress.bytes_done), decimal(progress.bytes_total)
        return f"Downloading the model, {done} of {total}…"
    return "Loading the model…"
