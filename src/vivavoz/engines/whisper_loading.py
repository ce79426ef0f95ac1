"""From settings to a Whisper engine: its models found or fetched, and loaded once a process."""

import os
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from vivavoz.engines import whisper_models
from vivavoz.engines.progress import LoadProgress, OnLoadProgress
from vivavoz.engines.whisper import WhisperEngine
from vivavoz.settings import Device, Settings

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


def check_names(settings: Settings) -> None:
    """Check that the models' names can be models'.

    Raises:
        ModelNotAvailableError: one is neither a size, nor a hub id, nor a model's directory.
    """
    for model in _models(settings):
        whisper_models.local_directory(model)


def load_whisper(settings: Settings, on_progress: OnLoadProgress) -> WhisperEngine:
    """Find or fetch the models that the settings name, and load them. Blocks.

    Raises:
        EngineNotInstalledError: faster-whisper is missing.
        ModelNotAvailableError: a model cannot be had.
        ModelFailedError: a model, the device or the compute type does not work here.
    """
    whisper_models.require_installed()
    folders = [_fetch(model, settings, on_progress) for model in _models(settings)]
    on_progress(LoadProgress("loading"))
    device = settings.device.value
    if settings.device is Device.AUTO:
        device = whisper_models.best_device()
    model, *partial_model = [_load_once(folder, device, settings) for folder in folders]
    return WhisperEngine(
        model,
        name=_shown_name(settings.model),
        device=device,
        partial_model=partial_model[0] if partial_model else None,
    )


def _shown_name(model: str) -> str:
    """What clients are told: a folder's name, not where on this machine it lies."""
    directory = whisper_models.local_directory(model)
    return model if directory is None else directory.resolve().name


def _models(settings: Settings) -> list[str]:
    return [model for model in (settings.model, settings.partial_model) if model is not None]


def _fetch(model: str, settings: Settings, on_progress: OnLoadProgress) -> Path:
    return whisper_models.fetch(
        model,
        hub_timeout_s=settings.hub_timeout_s,
        on_progress=lambda done, total: on_progress(LoadProgress("downloading", done, total)),
    )


_loading = Lock()
_loaded: WeakValueDictionary[tuple[Path, str, str], "WhisperModel"] = WeakValueDictionary()
"""Models in memory, by folder, device and compute type, for as long as an engine uses them."""


def _load_once(folder: Path, device: str, settings: Settings) -> "WhisperModel":
    key = (folder.resolve(), device, settings.compute_type)
    with _loading:
        model = _loaded.get(key)
        if model is None or not model.model.model_is_loaded:
            model = whisper_models.load(
                folder,
                device=device,
                compute_type=settings.compute_type,
                workers=settings.worker_threads or os.cpu_count() or 1,
            )
            _loaded[key] = model
        return model
