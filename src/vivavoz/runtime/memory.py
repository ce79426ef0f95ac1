"""Freed memory, given back to the system.

glibc keeps an arena for each of many threads and what was freed in them for itself; a server whose
sessions come and go on threads of their own would look as if it leaked. Other C libraries have
neither function, and need neither.
"""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
_ARENAS = 4


def share_arenas() -> None:
    """Let all threads share a few arenas. To be called before they start."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def give_back_freed() -> None:
    """Return what is free to the system. Takes milliseconds."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
