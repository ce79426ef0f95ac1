"""Time for the runtime: both clocks, and calls at a time. Tests bring their own."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from vivavoz.session.deadlines import Moment
from vivavoz.session.entities import utc_now


class Cancellable(Protocol):
    """A call that may still be taken back."""

    def cancel(self) -> None:
        """Do not make the call."""


class Clock(Protocol):
    """What the runtime asks of time."""

    def now(self) -> Moment:
        """This moment."""

    def call_at(self, monotonic_s: float, callback: Callable[[], None]) -> Cancellable:
        """Call back on the event loop at that monotonic time, at once if it has passed."""


class SystemClock:
    """The machine's clocks and the running event loop's timers."""

    def now(self) -> Moment:
        """This moment."""
        return Moment(time.monotonic(), utc_now())

    def call_at(self, monotonic_s: float, callback: Callable[[], None]) -> Cancellable:
        """Call back on the running loop at that monotonic time."""
        delay_s = max(monotonic_s - time.monotonic(), 0.0)
        return asyncio.get_running_loop().call_later(delay_s, callback)
