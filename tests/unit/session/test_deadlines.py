"""Deadlines by name, on the monotonic clock."""

from vivavoz.session.deadlines import Deadline, Deadlines


def test_the_earliest_is_next() -> None:
    deadlines = Deadlines()
    assert deadlines.next_at() is None
    deadlines.set(Deadline.IDLE, 30.0)
    deadlines.set(Deadline.GAP, 10.0)
    assert deadlines.next_at() == 10.0
    deadlines.clear(Deadline.GAP, Deadline.RESUME)
    assert deadlines.next_at() == 30.0
    assert not deadlines.has(Deadline.GAP)


def test_what_is_due_comes_earliest_first_and_once() -> None:
    deadlines = Deadlines()
    deadlines.set(Deadline.DURATION, 20.0)
    deadlines.set(Deadline.GAP, 10.0)
    deadlines.set(Deadline.IDLE, 30.0)
    assert deadlines.pop_due(9.999) == []
    assert deadlines.pop_due(20.0) == [Deadline.GAP, Deadline.DURATION]
    assert deadlines.pop_due(20.0) == []
    assert deadlines.next_at() == 30.0


def test_a_later_setting_takes_the_place_of_an_earlier_one() -> None:
    deadlines = Deadlines()
    deadlines.set(Deadline.IDLE, 10.0)
    deadlines.set(Deadline.IDLE, 40.0)
    assert deadlines.pop_due(20.0) == []
    assert deadlines.has(Deadline.IDLE)
