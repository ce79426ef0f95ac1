"""An engine for a command that decodes in its own process."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal

from vivavoz.engines.registry import LoadProgress, load_engine
from vivavoz.recognition.engine import Engine
from vivavoz.settings import Settings


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """The engine that the settings name, loaded and warm; what it waits for is shown meanwhile.

    Raises:
        ModelNotAvailableError, ModelFailedError, EngineNotInstalledError: as ``load_engine``.
    """
    console = Console(stderr=True)
    with console.status("Loading the model…") as status:
        loaded = load_engine(settings, lambda progress: status.update(_in_words(progress)))
    if loaded.fallback_reason is not None:
        console.print(
            f"{loaded.fallback_reason} Using the built-in English engine instead.",
            style="yellow",
            soft_wrap=True,
            markup=False,
        )
    try:
        yield loaded.engine
    finally:
        loaded.engine.close()


def _in_words(progress: LoadProgress) -> str:
    if progress.stage == "downloading" and progress.bytes_total:
        done, total = decimal(progress.bytes_done), decimal(progress.bytes_total)
        return f"Downloading the model, {done} of {total}…"
    return "Loading the model…"
