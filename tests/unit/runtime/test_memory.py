"""Freed memory goes back to the system."""

import sys

import numpy as np
import psutil
import pytest

from vivavoz.runtime.memory import give_back_freed

_BLOCK_BYTES = 64 * 1024
"""Below what glibc maps apart, so that the heap has to be trimmed."""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' allocators do so by themselves")
def test_what_was_freed_below_something_kept_is_given_back() -> None:
    process = psutil.Process()
    blocks = [np.ones(_BLOCK_BYTES, np.uint8) for _ in range(2000)]
    kept = blocks[-1]
    del blocks
    before = process.memory_info().rss
    give_back_freed()
    assert before - process.memory_info().rss > 1000 * _BLOCK_BYTES
    assert kept.all()
