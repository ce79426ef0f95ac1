"""The end of the process, even in the middle of loading a model."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def abandoning_threads() -> Iterator[None]:
    """Leave at once on ``sys.exit`` where a daemon thread still works.

    The interpreter would free what the thread uses: inside CTranslate2, which loads models on such
    a thread, that ends in ``terminate called without an active exception`` or in a hang. By then
    everything of ours is closed.
    """
    try:
        yield
    except SystemExit as leaving:
        if not any(thread.daemon for thread in threading.enumerate()):
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(leaving.code if isinstance(leaving.code, int) else 0)
