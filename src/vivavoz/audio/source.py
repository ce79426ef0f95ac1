"""Chunks of one stream on their way from the threads that bring them to the one that decodes."""

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Condition
from typing import NamedTuple


class Chunk(NamedTuple):
    """One piece of a stream, as it was fed."""

    data: bytes
    sequence_number: int


class ChunkSource:
    """A queue of chunks with an end.

    ``feed``, ``end`` and ``abort`` may be called from any thread and never block; ``take`` belongs
    to the decoding thread and waits. The queue has no bound of its own: whoever feeds looks at
    ``pending_chunks`` and holds back.

    Args:
        waiting: entered, on the decoding thread, while ``take`` waits: whoever gathers what was
            decoded must let go of it now.
    """

    def __init__(self, waiting: Callable[[], AbstractContextManager[None]]) -> None:
        self._waiting = waiting
        self._chunks: deque[Chunk] = deque()
        self._changed = Condition()
        self._ended = False
        self._aborted = False
        self._is_awaited = False

    def feed(self, data: bytes, sequence_number: int) -> None:
        """Add a chunk. After ``end`` or ``abort`` it is dropped: nobody will read it."""
        with self._changed:
            if not self._ended:
                self._chunks.append(Chunk(data, sequence_number))
                self._changed.notify()

    def end(self) -> None:
        """No more chunks come; those already fed are still taken."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def abort(self) -> None:
        """Drop everything; ``take`` returns none at once and for ever."""
        with self._changed:
            self._ended = self._aborted = True
            self._chunks.clear()
            self._changed.notify()

    def take(self) -> Chunk | None:
        """The oldest chunk, waiting for one if need be; none when there will be no other."""
        if not (self._chunks or self._ended):
            with self._waiting(), self._changed:
                self._is_awaited = True
                self._changed.wait_for(lambda: self._chunks or self._ended)
                self._is_awaited = False
        with self._changed:
            return self._chunks.popleft() if self._chunks else None

    @property
    def aborted(self) -> bool:
        """Whether ``abort`` was called."""
        return self._aborted

    @property
    def is_exhausted(self) -> bool:
        """Whether all that was fed has been used, and more is waited for."""
        return self._is_awaited and not self._chunks

    @property
    def pending_chunks(self) -> int:
        """Chunks fed and not yet taken."""
        return len(self._chunks)
