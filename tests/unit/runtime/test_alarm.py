"""An alarm that rings too early is set again."""

from collections.abc import Callable
from datetime import UTC, datetime

from vivavoz.runtime.alarm import Alarm
from vivavoz.session.deadlines import Deadline, Deadlines, Moment

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


class _Call:
    def cancel(self) -> None: ...


class EarlyClock:
    """Rings when a test says so, as event loops do that round to milliseconds."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.ring: Callable[[], None] | None = None

    def now(self) -> Moment:
        return Moment(self.now_s, NOON)

    def call_at(self, monotonic_s: float, callback: Callable[[], None]) -> _Call:
        self.ring = callback
        return _Call()


def test_a_deadline_is_met_though_the_timer_rang_early() -> None:
    clock, deadlines, met = EarlyClock(), Deadlines(), list[Deadline]()
    alarm = Alarm(clock, deadlines, met.append)
    deadlines.set(Deadline.GAP, 2.0)
    alarm.set_again()
    for now_s in (1.9996, 2.0001):
        ring, clock.ring = clock.ring, None
        assert ring is not None
        clock.now_s = now_s
        ring()
    assert met == [Deadline.GAP]
