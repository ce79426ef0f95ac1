"""A connection is asked for a sign of life, and given up when it gives none."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoz.client.heartbeat import PING_INTERVAL_S, SILENCE_LIMIT_S, Heartbeat


def open_at(now_s: float) -> Heartbeat:
    beat = Heartbeat(0.0)
    beat.opening(now_s)
    beat.opened(now_s)
    return beat


def test_a_connection_that_does_not_open_is_given_up_and_nobody_asked() -> None:
    beat = Heartbeat(0.0)
    beat.opening(3.0)
    assert beat.next_tick_s == 3.0 + SILENCE_LIMIT_S
    assert beat.tick(2.9 + SILENCE_LIMIT_S)
    assert not beat.take_ping()
    assert not beat.tick(3.0 + SILENCE_LIMIT_S)


def test_an_open_connection_is_asked_once_an_interval() -> None:
    beat = open_at(10.0)
    assert beat.tick(9.9 + PING_INTERVAL_S)
    assert not beat.take_ping()
    assert beat.next_tick_s == 10.0 + PING_INTERVAL_S
    assert beat.tick(10.0 + PING_INTERVAL_S)
    assert beat.take_ping()
    assert not beat.take_ping()
    assert beat.next_tick_s == 10.0 + 2 * PING_INTERVAL_S


def test_a_question_to_a_connection_that_is_gone_is_not_put_to_the_next() -> None:
    beat = open_at(0.0)
    beat.tick(PING_INTERVAL_S)
    beat.opening(5.0)
    beat.opened(5.0)
    assert not beat.take_ping()


@given(st.lists(st.floats(0.1, 6.0), max_size=20))
def test_who_is_looked_at_in_time_is_given_up_after_the_limit_and_not_before(
    pauses_s: list[float],
) -> None:
    beat = open_at(0.0)
    heard_s = 0.0
    for pause_s in pauses_s:
        heard_s += pause_s
        assert beat.tick(heard_s)
        beat.heard(heard_s)
    now_s = heard_s
    while beat.next_tick_s < heard_s + SILENCE_LIMIT_S:
        now_s = beat.next_tick_s
        assert beat.tick(now_s)
    assert not beat.tick(heard_s + SILENCE_LIMIT_S)
