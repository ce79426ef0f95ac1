"""Memory that nobody uses goes back to the system."""

import gc
import subprocess
import sys
import weakref

import numpy as np
import psutil
import pytest

from vivavoz.runtime.memory import give_back_unused

_BLOCK_BYTES = 64 * 1024
"""Below what glibc maps apart, so that the heap has to be trimmed."""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' allocators do so by themselves")
def test_what_was_freed_below_something_kept_is_given_back() -> None:
    process = psutil.Process()
    blocks = [np.ones(_BLOCK_BYTES, np.uint8) for _ in range(2000)]
    kept = blocks[-1]
    del blocks
    before = process.memory_info().rss
    give_back_unused()
    assert before - process.memory_info().rss > 1000 * _BLOCK_BYTES
    assert kept.all()


class _Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_only_points_at_itself_is_freed() -> None:
    gc.disable()
    try:
        forgotten = weakref.ref(_Ring())
        assert forgotten() is not None
        give_back_unused()
        assert forgotten() is None
    finally:
        gc.enable()


def test_what_was_loaded_is_not_walked_through_again() -> None:
    script = (
        "import gc; from vivavoz.runtime.memory import keep_for_good;"
        "import vivavoz.app; keep_for_good(); print(len(gc.get_objects()))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert int(finished.stdout) < 1000
