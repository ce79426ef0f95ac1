"""The model hub (Hugging Face): is it there, and fetch a model from it without ever hanging.

The hub's own variables hold: ``HF_HOME``, ``HF_HUB_CACHE``, ``HF_ENDPOINT``, ``HF_HUB_OFFLINE``,
``HF_TOKEN``.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError
from tqdm.auto import tqdm  # type: ignore[import-untyped]

from vivavoz.errors import ModelNotAvailableError

T = TypeVar("T")

OnProgress = Callable[[int, int], None]
"""Called with bytes on disk and bytes in all."""

MODEL_FILES = (
    "config.json",
    "preprocessor_config.json",
    "model.bin",
    "tokenizer.json",
    "vocabulary.*",
)
"""The files of a repository that a CTranslate2 Whisper model consists of."""

_POLL_S = 0.2
_STALL_S = 60.0
"""A download that brings nothing for this long is given up. The hub's client tries again by itself
before."""


def cached_snapshot(hub_id: str) -> Path | None:
    """Folder of a model in the hub's cache on this machine, if it is there. Asks no network."""
    try:
        return Path(
            snapshot_download(hub_id, local_files_only=True, allow_patterns=list(MODEL_FILES))
        )
    except LocalEntryNotFoundError:
        return None


def download(hub_id: str, *, hub_timeout_s: float, on_progress: OnProgress) -> Path:
    """Fetch a model into the hub's cache, going on where an earlier try ended, and return its
    folder. Blocks.

    Raises:
        ModelNotAvailableError: the hub is away, has no such model, or stopped sending.
    """
    if constants.HF_HUB_OFFLINE:
        raise ModelNotAvailableError(
            f"The model `{hub_id}` is not on this machine and HF_HUB_OFFLINE forbids to fetch it: "
            "unset it once, or name a model's folder with --model DIR.",
            model=hub_id,
        )
    size_bytes = _in_time(lambda: _size_on_hub(hub_id, hub_timeout_s), hub_timeout_s, hub_id)
    on_progress(0, size_bytes)
    fetching = _in_background(
        lambda: snapshot_download(
            hub_id, allow_patterns=list(MODEL_FILES), tqdm_class=_SilentProgress
        )
    )
    blobs = _blobs_folder(hub_id)
    done_bytes, changed_at = 0, time.monotonic()
    while not _is_done(fetching, _POLL_S):
        now_bytes = min(_bytes_in(blobs), size_bytes)
        if now_bytes != done_bytes:
            done_bytes, changed_at = now_bytes, time.monotonic()
            on_progress(done_bytes, size_bytes)
        elif time.monotonic() - changed_at > _STALL_S:
            raise _hub_away(hub_id)
    folder = Path(_result_of(fetching, hub_id))
    on_progress(size_bytes, size_bytes)
    return folder


def _size_on_hub(hub_id: str, timeout_s: float) -> int:
    model = HfApi().model_info(hub_id, files_metadata=True, timeout=timeout_s)
    return sum(
        file.size or 0
        for file in model.siblings or ()
        if any(fnmatch(file.rfilename, pattern) for pattern in MODEL_FILES)
    )


def _in_time(call: Callable[[], T], timeout_s: float, hub_id: str) -> T:
    """The call's result, if it comes in time: looking up a name may block for longer than any
    time-out of an HTTP client."""
    asking = _in_background(call)
    if not _is_done(asking, timeout_s):
        raise _hub_away(hub_id)
    return _result_of(asking, hub_id)


def _result_of(work: Future[T], hub_id: str) -> T:
    try:
        return work.result()
    except RepositoryNotFoundError as error:
        raise ModelNotAvailableError(
            f"The model hub has no model `{hub_id}` that may be read: check the name, or set "
            "HF_TOKEN if it is a private one.",
            model=hub_id,
        ) from error
    except Exception as error:
        raise _hub_away(hub_id) from error


def _hub_away(hub_id: str) -> ModelNotAvailableError:
    return ModelNotAvailableError(
        f"The model `{hub_id}` is not on this machine and the model hub ({constants.ENDPOINT}) "
        "did not deliver it: check the network and try again, or copy a model's folder here and "
        "name it with --model DIR.",
        model=hub_id,
        hub=constants.ENDPOINT,
    )


def _blobs_folder(hub_id: str) -> Path:
    return Path(constants.HF_HUB_CACHE) / f"models--{hub_id.replace('/', '--')}" / "blobs"


def _bytes_in(folder: Path) -> int:
    total = 0
    with suppress(FileNotFoundError):  # files are renamed when they are whole
        for file in folder.iterdir():
            total += file.stat().st_size
    return total


def _in_background(call: Callable[[], T]) -> Future[T]:
    """Run a call in a thread that nobody has to wait for, not even the end of the process."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def _is_done(future: Future[T], timeout_s: float) -> bool:
    return bool(wait([future], timeout_s).done)


class _SilentProgress(tqdm):  # type: ignore[misc]
    """Keeps the hub's client from drawing bars of its own."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **(options | {"disable": True}))
