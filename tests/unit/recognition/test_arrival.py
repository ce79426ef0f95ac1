"""Word times from when hypotheses came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.recognition.arrival import timed_by_arrival
from vivavoz.recognition.transcript import Word


def untimed(*texts: str, probability: float = 0.9) -> tuple[Word, ...]:
    return tuple(Word(text, 0.0, 0.0, probability) for text in texts)


def times(words: tuple[Word, ...]) -> list[tuple[float, float]]:
    return [(round(word.start_s, 3), round(word.end_s, 3)) for word in words]


def test_first_words_share_their_audio_by_length() -> None:
    words = timed_by_arrival(untimed("abc", "a"), (), start_s=1.0, end_s=3.0)
    assert times(words) == [(1.0, 2.5), (2.5, 3.0)]


def test_known_words_keep_their_times_and_take_the_new_probability() -> None:
    known = (Word("one", 0.5, 0.9, 0.3), Word("two", 0.9, 1.4, 0.5))
    words = timed_by_arrival(untimed("one", "two", "three"), known, start_s=0.4, end_s=2.0)
    assert times(words) == [(0.5, 0.9), (0.9, 1.4), (1.4, 2.0)]
    assert [word.probability for word in words] == [0.9, 0.9, 0.9]


def test_words_after_a_changed_one_are_new() -> None:
    known = (Word("one", 0.5, 1.0, 0.9), Word("too", 1.0, 1.5, 0.9), Word("three", 1.5, 2.0, 0.9))
    words = timed_by_arrival(untimed("one", "two", "three"), known, start_s=0.4, end_s=2.6)
    assert times(words) == [(0.5, 1.0), (1.0, 1.6), (1.6, 2.6)]


def test_words_that_come_late_have_no_time_of_their_own() -> None:
    known = (Word("one", 0.5, 2.2, 0.9),)
    words = timed_by_arrival(untimed("one", "two"), known, start_s=0.4, end_s=2.0)
    assert times(words) == [(0.5, 2.2), (2.2, 2.2)]


def test_no_words_have_no_times() -> None:
    assert timed_by_arrival((), untimed("one"), start_s=0.0, end_s=1.0) == ()


@given(
    hypotheses=st.lists(st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=6), max_size=8),
    step_s=st.floats(0.1, 2.0),
)
def test_times_never_run_backwards(hypotheses: list[list[str]], step_s: float) -> None:
    known: tuple[Word, ...] = ()
    for number, texts in enumerate(hypotheses, start=1):
        end_s = 1.0 + number * step_s
        known = timed_by_arrival(untimed(*texts), known, start_s=1.0, end_s=end_s)
        assert [word.text for word in known] == texts
        edges = [edge for word in known for edge in (word.start_s, word.end_s)]
        assert edges == sorted(edges)
        assert all(edge >= 1.0 for edge in edges)
        assert not edges or edges[-1] <= end_s or edges[-1] == pytest.approx(end_s)
