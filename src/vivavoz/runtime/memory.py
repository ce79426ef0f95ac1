"""Memory that nobody uses, given back to the system.

A session's parts point at each other, so that what a finished one leaves waits for the garbage
collector, which comes the more rarely the more there is. glibc then keeps an arena for each of many
threads and what was freed in them for itself. A server whose sessions come and go on threads of
their own would look as if it leaked. Other C libraries have neither function, and need neither.
"""

import ctypes
import gc
from contextlib import suppress

_M_ARENA_MAX = -8
_ARENAS = 4


def share_arenas() -> None:
    """Let all threads share a few arenas. To be called before they start."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def keep_for_good() -> None:
    """Let the garbage collector pass over all that is there now. To be called once by a process
    that has loaded everything: each full collection would otherwise walk through all modules and
    hold every thread up for 0.15 s."""
    gc.collect()
    gc.freeze()


def give_back_unused() -> None:
    """Free what only points at itself, and return what is free to the system. Takes milliseconds,
    after ``keep_for_good``."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
