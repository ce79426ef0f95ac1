"""The model hub (Hugging Face): is it there, and fetch a model from it without ever hanging.

The hub's own variables hold: ``HF_HOME``, ``HF_HUB_CACHE``, ``HF_ENDPOINT``, ``HF_HUB_OFFLINE``,
``HF_TOKEN``.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from threading import Thread

from huggingface_hub import HfApi, ModelInfo, constants, snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

from vivavoz.errors import ModelNotAvailableError

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
_STALL_S = 120.0
"""A download that brings nothing for this long is given up. The hub's client has tried again by
itself before."""


def cache_folder() -> Path:
    """Folder of the hub's cache on this machine."""
    return Path(constants.HF_HUB_CACHE)


def blobs_folder(hub_id: str) -> Path:
    """Where the cache keeps the contents of a repository's files."""
    return cache_folder() / f"models--{hub_id.replace('/', '--')}" / "blobs"


def cached_snapshot(hub_id: str) -> Path | None:
    """Folder of a model in the hub's cache on this machine, if it is there. Asks no network."""
    try:
        return Path(
            snapshot_download(hub_id, local_files_only=True, allow_patterns=list(MODEL_FILES))
        )
    except LocalEntryNotFoundError:
        return None


def download(hub_id: str, *, hub_timeout_s: float, on_progress: OnProgress) -> Path:
    """Fetch a model into the hub's cache. Blocks. If it ends early, whole files are kept.

    Args:
        hub_id: owner and name of the repository.
        hub_timeout_s: how long the hub may take to answer before it counts as away.
        on_progress: called several times a second; if it raises, the download ends with that.

    Returns:
        The model's folder in the cache.

    Raises:
        ModelNotAvailableError: the hub is away, has no such model, or stopped sending.
    """
    if constants.HF_HUB_OFFLINE:
        raise ModelNotAvailableError(
            f"The model `{hub_id}` is not on this machine and HF_HUB_OFFLINE forbids to fetch it: "
            "unset it once, or name a model's folder with --model DIR.",
            model=hub_id,
        )
    size_bytes = _size_on_hub(hub_id, hub_timeout_s)
    on_progress(0, size_bytes)
    with _fetching(hub_id) as process:
        _watch(process, hub_id, lambda n: on_progress(min(n, size_bytes), size_bytes))
        if process.wait() != 0:
            raise _hub_away(hub_id, _last_line(process))
    folder = cached_snapshot(hub_id)
    if folder is None:
        raise _hub_away(hub_id, "the download is incomplete")
    on_progress(size_bytes, size_bytes)
    return folder


def _fetching(hub_id: str) -> "subprocess.Popen[str]":
    """The process that fetches, a context manager: it ends when its standard input is closed."""
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module; the id is no shell text
        [sys.executable, "-m", "vivavoz.engines.model_fetch", hub_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"HF_HUB_DISABLE_PROGRESS_BARS": "1"},
    )


def _watch(process: "subprocess.Popen[str]", hub_id: str, on_bytes: Callable[[int], None]) -> None:
    blobs = blobs_folder(hub_id)
    done_bytes, changed_at = 0, time.monotonic()
    while process.poll() is None:
        time.sleep(_POLL_S)
        now_bytes = _bytes_in(blobs)
        if now_bytes != done_bytes:
            done_bytes, changed_at = now_bytes, time.monotonic()
        elif time.monotonic() - changed_at > _STALL_S:
            raise _hub_away(hub_id, f"nothing came for {_STALL_S:g} s")
        on_bytes(done_bytes)


def _last_line(process: "subprocess.Popen[str]") -> str:
    lines = process.stderr.read().strip().splitlines() if process.stderr else []
    return lines[-1] if lines else "no reason given"


def _size_on_hub(hub_id: str, timeout_s: float) -> int:
    """Bytes of the model's files. Asked in a thread that nobody waits for longer than the time-out:
    looking up a host's name may block for longer than any time-out of an HTTP client."""
    model: Future[ModelInfo] = Future()

    def ask() -> None:
        try:
            model.set_result(HfApi().model_info(hub_id, files_metadata=True, timeout=timeout_s))
        except Exception as error:
            model.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        files = model.result(timeout_s).siblings or ()
    except RepositoryNotFoundError as error:
        raise ModelNotAvailableError(
            f"The model hub has no model `{hub_id}` that may be read: check the name, or set "
            "HF_TOKEN if it is a private one.",
            model=hub_id,
        ) from error
    except Exception as error:
        raise _hub_away(hub_id, str(error) or f"no answer in {timeout_s:g} s") from error
    return sum(
        file.size or 0
        for file in files
        if any(fnmatch(file.rfilename, pattern) for pattern in MODEL_FILES)
    )


def _hub_away(hub_id: str, reason: str) -> ModelNotAvailableError:
    return ModelNotAvailableError(
        f"The model `{hub_id}` is not on this machine and the model hub ({constants.ENDPOINT}) "
        f"did not deliver it ({reason}): check the network and try again, or copy a model's "
        "folder here and name it with --model DIR.",
        model=hub_id,
        hub=constants.ENDPOINT,
    )


def _bytes_in(folder: Path) -> int:
    total = 0
    with suppress(FileNotFoundError):  # files are renamed when they are whole
        for file in folder.iterdir():
            total += file.stat().st_size
    return total
