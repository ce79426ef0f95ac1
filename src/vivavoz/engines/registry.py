"""From settings to an engine that is loaded and warm."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal
from weakref import WeakValueDictionary

from vivavoz.engines import whisper_models
from vivavoz.engines.pocketsphinx import PocketSphinxEngine
from vivavoz.errors import EngineNotInstalledError, ModelNotAvailableError
from vivavoz.recognition.engine import Engine
from vivavoz.settings import Device, EngineChoice, Settings

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

Stage = Literal["probing", "downloading", "loading", "warming"]


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far an engine is. The bytes count a download; ``bytes_total`` is none without one."""

    stage: Stage
    bytes_done: int = 0
    bytes_total: int | None = None


OnLoadProgress = Callable[[LoadProgress], None]


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """An engine that is warm. ``fallback_reason`` is one sentence when ``auto`` wanted Whisper and
    could not have it."""

    engine: Engine
    fallback_reason: str | None = None


def load_engine(settings: Settings, on_progress: OnLoadProgress) -> LoadedEngine:
    """Find, fetch, load and warm the engine that the settings name. Blocks, for minutes at most
    while a model downloads.

    Only ``auto`` falls back from Whisper to PocketSphinx, and only when the model cannot be had; a
    name that cannot be a model's is an error all the same.

    Raises:
        ModelNotAvailableError: the model cannot be had.
        ModelFailedError: the model does not load on this device.
        EngineNotInstalledError: the engine's package is missing.
    """
    loaded = _load(settings, on_progress)
    on_progress(LoadProgress("warming"))
    loaded.engine.warm_up()
    return loaded


def _load(settings: Settings, on_progress: OnLoadProgress) -> LoadedEngine:
    on_progress(LoadProgress("probing"))
    if settings.engine is EngineChoice.POCKETSPHINX:
        return LoadedEngine(PocketSphinxEngine())
    models = [settings.model]
    if settings.partial_model is not None:
        models.append(settings.partial_model)
    for model in models:
        whisper_models.local_directory(model)  # a slip in a name must not end in a fallback
    try:
        whisper_models.require_installed()
        folders = [_fetch(model, settings.hub_timeout_s, on_progress) for model in models]
    except (ModelNotAvailableError, EngineNotInstalledError) as error:
        if settings.engine is not EngineChoice.AUTO:
            raise
        return LoadedEngine(PocketSphinxEngine(), fallback_reason=error.message)
    on_progress(LoadProgress("loading"))
    return LoadedEngine(_whisper_engine(settings, folders))


def _fetch(model: str, hub_timeout_s: float, on_progress: OnLoadProgress) -> Path:
    return whisper_models.fetch(
        model,
        hub_timeout_s=hub_timeout_s,
        on_progress=lambda done, total: on_progress(LoadProgress("downloading", done, total)),
    )


def _whisper_engine(settings: Settings, folders: list[Path]) -> Engine:
    from vivavoz.engines.whisper import WhisperEngine

    device = settings.device.value
    if settings.device is Device.AUTO:
        device = whisper_models.best_device()
    workers = settings.worker_threads or os.cpu_count() or 1
    model, *partial_model = [
        _load_once(folder, device, settings.compute_type, workers) for folder in folders
    ]
    return WhisperEngine(
        model,
        name=settings.model,
        device=device,
        partial_model=partial_model[0] if partial_model else None,
    )


_loading = Lock()
_loaded: WeakValueDictionary[tuple[Path, str, str], "WhisperModel"] = WeakValueDictionary()
"""Models in memory, by folder, device and compute type, for as long as an engine uses them."""


def _load_once(folder: Path, device: str, compute_type: str, workers: int) -> "WhisperModel":
    key = (folder.resolve(), device, compute_type)
    with _loading:
        model = _loaded.get(key)
        if model is None or not model.model.model_is_loaded:
            model = whisper_models.load(
                folder, device=device, compute_type=compute_type, workers=workers
            )
            _loaded[key] = model
        return model
