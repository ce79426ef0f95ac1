"""Whisper models: find them by name, list, fetch, remove and load them.

A model is named by its size (``base``), its hub id (``Systran/faster-whisper-base``) or a local
directory in CTranslate2's format.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from vivavoz.engines import model_hub
from vivavoz.engines.model_hub import OnProgress
from vivavoz.errors import EngineNotInstalledError, ModelFailedError, ModelNotAvailableError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

HUB_IDS = {
    "tiny": "Systran/faster-whisper-tiny",
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "base": "Systran/faster-whisper-base",
    "base.en": "Systran/faster-whisper-base.en",
    "small": "Systran/faster-whisper-small",
    "small.en": "Systran/faster-whisper-small.en",
    "medium": "Systran/faster-whisper-medium",
    "medium.en": "Systran/faster-whisper-medium.en",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
}
"""Hub id of each size name, the same as faster-whisper's."""

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")
_KEPT_KERNELS = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
"""oneDNN compiles kernels for each length of a window that it meets, in some two milliseconds, and
would keep 1024 of them, up to 180 MB whatever the model; but most windows have one of few lengths.
"""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A Whisper model in the hub's cache. ``name`` is its size name, else its hub id."""

    name: str
    hub_id: str
    path: Path
    size_bytes: int


def local_directory(model: str) -> Path | None:
    """The directory that ``model`` names, checked to hold a model; none if it names a hub id.

    Raises:
        ModelNotAvailableError: it names neither a size, nor a hub id, nor a model's directory.
    """
    if model in HUB_IDS:
        return None
    directory = Path(model).expanduser()
    if directory.is_dir():
        _check_files(directory)
        return directory
    if _HUB_ID.fullmatch(model) and not model.startswith("."):
        return None
    what = "is no directory" if "/" in model or "\\" in model else "is no Whisper model"
    raise ModelNotAvailableError(
        f"`{model}` {what}: name a size ({', '.join(HUB_IDS)}), a hub id such as "
        f"{HUB_IDS['base']}, or a directory that holds a model in CTranslate2's format.",
        model=model,
        sizes=list(HUB_IDS),
    )


def hub_id_of(model: str) -> str:
    """The hub id behind a size name; a hub id is its own."""
    return HUB_IDS.get(model, model)


def find(model: str) -> Path | None:
    """Folder of a model on this machine, none if it would have to be fetched. Asks no network.

    Raises:
        ModelNotAvailableError: the name cannot be a model's.
    """
    directory = local_directory(model)
    if directory is not None:
        return directory
    snapshot = model_hub.cached_snapshot(hub_id_of(model))
    return snapshot if snapshot and not _missing_files(snapshot) else None


def fetch(model: str, *, hub_timeout_s: float, on_progress: OnProgress) -> Path:
    """Folder of a model, downloaded first if it is not on this machine. Blocks.

    Args:
        model: size name, hub id or local directory.
        hub_timeout_s: how long the hub may take to answer before it counts as away.
        on_progress: called with bytes done and bytes in all while downloading.

    Raises:
        ModelNotAvailableError: no such model can be had; the sentence says why.
    """
    found = find(model)
    if found is not None:
        return found
    path = model_hub.download(
        hub_id_of(model), hub_timeout_s=hub_timeout_s, on_progress=on_progress
    )
    _check_files(path)
    return path


def installed_models() -> list[InstalledModel]:
    """The Whisper models in the hub's cache, by name."""
    return sorted(_installed(), key=lambda model: model.name)


def installed_model(model: str) -> InstalledModel:
    """The model of this size name or hub id in the cache.

    Raises:
        ModelNotAvailableError: it is not in the cache; a local directory never is.
    """
    for installed in _installed():
        if installed.hub_id == hub_id_of(model):
            return installed
    raise ModelNotAvailableError(
        f"The model `{model}` is not in the cache: `vivavoz models list` shows those that are.",
        model=model,
    )


def remove(model: InstalledModel) -> None:
    """Delete a model from the hub's cache."""
    shutil.rmtree(model.path.parent.parent)  # the repository's folder: snapshots, refs and blobs


def load(path: Path, *, device: str, compute_type: str, workers: int) -> "WhisperModel":
    """Load a model for ``workers`` threads that decode at once, one core each. Blocks.

    Args:
        path: folder of the model.
        device: ``cpu`` or ``cuda``.
        compute_type: CTranslate2's name; ``default`` is int8 on CPU and float16 on CUDA.
        workers: decodes that may run in parallel.

    Raises:
        EngineNotInstalledError: faster-whisper is missing or broken.
        ModelFailedError: the model, the device or the compute type does not work here.
    """
    require_installed()
    os.environ.setdefault(*_KEPT_KERNELS)  # read once, at the first decode
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise EngineNotInstalledError(
            f"faster-whisper cannot be imported ({error}): install it anew with "
            "`pip install --force-reinstall faster-whisper`."
        ) from error
    if compute_type == "default":
        compute_type = "float16" if device == "cuda" else "int8"
    try:
        return WhisperModel(
            str(path),
            device=device,
            compute_type=compute_type,
            cpu_threads=1,
            num_workers=workers,
            local_files_only=True,
        )
    except Exception as error:  # the tokenizer's parser raises nothing narrower
        raise ModelFailedError(
            f"The model in {path} could not be loaded on {device} as {compute_type} ({error}): "
            "try `--device cpu --compute-type default`, or fetch the model anew.",
            device=device,
            compute_type=compute_type,
        ) from error


def best_device() -> str:
    """``cuda`` where CTranslate2 finds such a device, else ``cpu``."""
    require_installed()
    import ctranslate2

    return "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"


def require_installed() -> None:
    """Check, without importing it, that faster-whisper is there.

    Raises:
        EngineNotInstalledError: it is not.
    """
    if find_spec("faster_whisper") is None:
        raise EngineNotInstalledError(
            "The Whisper engine is missing: install it with `pip install faster-whisper`, or "
            "choose the built-in English one with `--engine pocketsphinx`."
        )


def _installed() -> Iterator[InstalledModel]:
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return
    names = {hub_id: name for name, hub_id in reversed(HUB_IDS.items())}
    for repository in repositories:
        if repository.repo_type != "model":
            continue
        snapshot = model_hub.cached_snapshot(repository.repo_id)
        if snapshot and not _missing_files(snapshot):
            yield InstalledModel(
                name=names.get(repository.repo_id, repository.repo_id),
                hub_id=repository.repo_id,
                path=snapshot,
                size_bytes=repository.size_on_disk,
            )


def _missing_files(folder: Path) -> list[str]:
    return [name for name in _NEEDED_FILES if not (folder / name).is_file()]


def _check_files(folder: Path) -> None:
    missing = _missing_files(folder)
    if missing:
        raise ModelNotAvailableError(
            f"{folder} holds no Whisper model in CTranslate2's format ({', '.join(missing)} "
            "missing): convert one with `ct2-transformers-converter --copy_files tokenizer.json "
            "preprocessor_config.json`, or name a size such as base.",
            path=str(folder),
            missing=missing,
        )
