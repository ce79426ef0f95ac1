"""A few threads at a time, in the order in which they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turnstile:
    """Lets so many threads through at once; who leaves lets in who has waited longest.

    A semaphore promises no order: a thread that leaves and comes back at once, as one that catches
    up with an hour of audio does, would nearly always win against those that have to wake up.

    Args:
        width: how many may be inside.
    """

    def __init__(self, width: int) -> None:
        self._lock = Lock()
        self._free = width
        self._turns: deque[Lock] = deque()

    def enter(self) -> None:
        """Go in, waiting for one's turn."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._turns.append(turn)
        turn.acquire()

    def leave(self) -> None:
        """Go out."""
        with self._lock:
            if self._turns:
                self._turns.popleft().release()
            else:
                self._free += 1

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Out for a while, then in again."""
        self.leave()
        try:
            yield
        finally:
            self.enter()
