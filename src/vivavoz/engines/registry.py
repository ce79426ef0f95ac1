"""From settings to an engine that is loaded and warm."""

from dataclasses import dataclass

from vivavoz.engines.pocketsphinx import PocketSphinxEngine
from vivavoz.engines.progress import LoadProgress, OnLoadProgress
from vivavoz.errors import EngineNotInstalledError, ModelNotAvailableError
from vivavoz.recognition.engine import Engine
from vivavoz.settings import EngineChoice, Settings

__all__ = ["LoadProgress", "LoadedEngine", "OnLoadProgress", "check_models", "load_engine"]


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """An engine that is warm. ``fallback_reason`` is one sentence when ``auto`` wanted Whisper and
    could not have it."""

    engine: Engine
    fallback_reason: str | None = None


def load_engine(settings: Settings, on_progress: OnLoadProgress) -> LoadedEngine:
    """Find, fetch, load and warm the engine that the settings name. Blocks, for minutes while a
    model downloads; if ``on_progress`` raises, which is called several times a second then, the
    download is given up.

    Only ``auto`` falls back from Whisper to PocketSphinx, and only when the model cannot be had; a
    name that cannot be a model's is an error all the same.

    Raises:
        ModelNotAvailableError: the model cannot be had.
        ModelFailedError: the model does not load on this device.
        EngineNotInstalledError: the engine's package is missing.
    """
    on_progress(LoadProgress("probing"))
    loaded = _load(settings, on_progress)
    on_progress(LoadProgress("warming"))
    loaded.engine.warm_up()
    return loaded


def check_models(settings: Settings) -> None:
    """Check, loading nothing, that the models' names can be models'.

    Raises:
        ModelNotAvailableError: one is neither a size, nor a hub id, nor a model's directory.
    """
    if settings.engine is not EngineChoice.POCKETSPHINX:
        from vivavoz.engines import whisper_loading

        whisper_loading.check_names(settings)


def _load(settings: Settings, on_progress: OnLoadProgress) -> LoadedEngine:
    check_models(settings)  # a slip in a name must not end in a fallback
    if settings.engine is EngineChoice.POCKETSPHINX:
        return LoadedEngine(PocketSphinxEngine())
    from vivavoz.engines import whisper_loading

    try:
        return LoadedEngine(whisper_loading.load_whisper(settings, on_progress))
    except (ModelNotAvailableError, EngineNotInstalledError) as error:
        if settings.engine is not EngineChoice.AUTO:
            raise
        return LoadedEngine(PocketSphinxEngine(), fallback_reason=error.message)
