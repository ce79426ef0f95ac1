"""Wakes a session when its next deadline has passed."""

from collections.abc import Callable

from vivavoz.runtime.clock import Cancellable, Clock
from vivavoz.session.deadlines import Deadline, Deadlines


class Alarm:
    """One timer for all of a session's deadlines.

    Args:
        clock: the time.
        deadlines: what to watch; ``set_again`` must follow each change.
        on_due: told each deadline that has passed.
    """

    def __init__(
        self, clock: Clock, deadlines: Deadlines, on_due: Callable[[Deadline], None]
    ) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self._on_due = on_due
        self._timer: Cancellable | None = None

    def set_again(self) -> None:
        """Wake at the earliest deadline there is now."""
        self.cancel()
        at_s = self._deadlines.next_at()
        self._timer = None if at_s is None else self._clock.call_at(at_s, self._ring)

    def cancel(self) -> None:
        """Do not wake."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        due = self._deadlines.pop_due(self._clock.now().monotonic_s)
        for deadline in due:
            self._on_due(deadline)
        if not due:  # event loops that count in milliseconds may ring a little early
            self.set_again()
