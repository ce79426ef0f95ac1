"""The figures of the benchmark, on sessions small enough to count by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.benchmark.score import SpokenWord, View, aligned, percentile, score, words_of

TOKENS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=7)


def spoken(text: str) -> list[SpokenWord]:
    return [SpokenWord(word, index + 1.0) for index, word in enumerate(text.split())]


def view(time_s: float, text: str) -> View:
    return View(time_s, words_of(text))


def test_latency_is_from_a_words_end_until_it_stays() -> None:
    result = score(
        spoken("one two three"),
        [
            view(1.5, "one"),
            view(2.25, "one too"),
            view(3.5, "one two three"),
            view(9.0, "One two three."),
        ],
    )
    assert result.latencies_s == [0.5, 1.5, 0.5]
    assert result.changed_words == 1
    assert (result.word_errors, result.reference_words, result.final_words) == (0, 3, 3)
    assert result.first_shown_s == 1.5


def test_a_word_that_is_taken_back_for_a_while_counts_from_its_return() -> None:
    result = score(spoken("one"), [view(1.0, "one"), view(2.0, ""), view(3.0, "one")])
    assert result.latencies_s == [2.0]
    assert result.changed_words == 1


def test_wrong_words_have_no_latency() -> None:
    result = score(spoken("one two three"), [view(4.0, "one ten three four")])
    assert result.latencies_s == [3.0, 1.0]
    assert result.word_errors == 2


def test_nothing_heard_is_all_wrong() -> None:
    result = score(spoken("one two"), [])
    assert (result.word_errors, result.final_words, result.first_shown_s) == (2, 0, None)


def test_words_have_no_case_and_no_punctuation() -> None:
    assert words_of("¿Dónde está, María?  -") == ("dónde", "está", "maría")


@given(TOKENS, TOKENS)
def test_the_alignment_covers_both_in_order(first: list[str], second: list[str]) -> None:
    pairs = aligned(first, second)
    assert [i for i, _ in pairs if i is not None] == list(range(len(first)))
    assert [j for _, j in pairs if j is not None] == list(range(len(second)))
    errors = sum(i is None or j is None or first[i] != second[j] for i, j in pairs)
    assert abs(len(first) - len(second)) <= errors <= max(len(first), len(second))
    assert (errors == 0) == (first == second)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [("a b c", "a c", 1), ("a b", "b a", 2), ("a b c d", "b c d", 1), ("", "a b", 2)],
)
def test_the_alignment_is_the_cheapest(first: str, second: str, distance: int) -> None:
    one, other = first.split(), second.split()
    pairs = aligned(one, other)
    assert distance == sum(i is None or j is None or one[i] != other[j] for i, j in pairs)


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert math.isnan(percentile([], 0.5))
