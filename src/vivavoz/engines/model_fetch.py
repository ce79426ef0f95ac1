"""``python -m vivavoz.engines.model_fetch HUB_ID``: fetches a model into the hub's cache.

A process of its own, since the hub's client cannot be interrupted in a thread. It ends at once when
its standard input does: whoever started it wants no more, or is gone.
"""

import os
import sys
from pathlib import Path
from threading import Thread

from huggingface_hub import constants, snapshot_download

from vivavoz.engines.model_hub import MODEL_FILES, blobs_folder

_INCOMPLETE = "*.incomplete"


def main(hub_id: str) -> None:
    """Fetch a model, or end with standard input."""
    constants.DOWNLOAD_CHUNK_SIZE = 1 << 20  # the steps in which a person sees the progress
    blobs = blobs_folder(hub_id)
    others = set(blobs.glob(_INCOMPLETE))
    Thread(target=_end_with_standard_input, args=(blobs, others), daemon=True).start()
    snapshot_download(hub_id, allow_patterns=list(MODEL_FILES))


def _end_with_standard_input(blobs: Path, others: set[Path]) -> None:
    sys.stdin.read()
    for file in set(blobs.glob(_INCOMPLETE)) - others:  # the hub's client never goes on with them
        file.unlink(missing_ok=True)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
