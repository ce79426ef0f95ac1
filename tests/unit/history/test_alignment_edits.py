"""Which words an edit touched, where the others stay, and how much room the new ones have."""

import pytest

from tests.unit.history.transcripts import Times, a_segment, times_of
from vivavoz.history.alignment import edited_segments


def test_each_segment_keeps_its_words_and_lasts_from_the_first_to_the_last() -> None:
    said = [a_segment("one two three four", 1.0, 5.0), a_segment("then he left", 10.0, 13.0)]
    first, second = edited_segments(said, "Two, three!\nThen he left again.")
    assert (first.text, first.start_s, first.end_s) == ("Two, three!", 2.0, 4.0)
    assert (second.text, second.start_s, second.end_s) == ("Then he left again.", 10.0, 13.0)
    assert {word.probability for word in (*first.words, *second.words)} == {0.9}


def test_a_segment_without_words_left_is_left_out() -> None:
    said = [a_segment("one two", 0.0, 2.0), a_segment("three", 3.0, 4.0), a_segment("four", 5, 6)]
    assert [segment.text for segment in edited_segments(said, "one two four")] == [
        "one two",
        "four",
    ]


@pytest.mark.parametrize(
    ("start_s", "expected"),
    [
        (2.0, [("well", 1200, 1600), ("now", 1600, 2000), ("one", 2000, 3000)]),
        (0.4, [("well", 0, 200), ("now", 200, 400), ("one", 400, 1400)]),
    ],
)
def test_words_added_at_the_beginning_take_what_is_before_it(
    start_s: float, expected: Times
) -> None:
    said = [a_segment("one two", start_s, start_s + 2), a_segment("three", 9.0, 10.0)]
    edited = edited_segments(said, "well now one two three")
    assert times_of(edited)[:3] == expected
    assert [segment.text for segment in edited] == ["well now one two", "three"]


@pytest.mark.parametrize(
    ("pause_s", "expected"),
    [
        (0.3, [("two", 500, 1000), ("a", 1000, 1150), ("b", 1150, 1300)]),
        (0.2, [("two", 500, 850), ("a", 850, 1025), ("b", 1025, 1200)]),
    ],
)
def test_added_words_with_too_short_a_pause_take_from_the_word_before(
    pause_s: float, expected: Times
) -> None:
    said = [a_segment("one two", 0.0, 1.0), a_segment("three", 1 + pause_s, 2 + pause_s)]
    assert times_of(edited_segments(said, "one two a b three"))[1:4] == expected


def test_a_word_added_at_the_end_shares_the_time_of_the_last() -> None:
    edited = edited_segments([a_segment("yes", 0.0, 0.9)], "yes yes yes")
    assert times_of(edited) == [("yes", 0, 245), ("yes", 245, 572), ("yes", 572, 900)]


def test_of_a_word_said_three_times_the_first_stays_where_it_is_written_once() -> None:
    assert times_of(edited_segments([a_segment("yes yes yes", 0.0, 0.9)], "yes")) == [
        ("yes", 0, 300)
    ]


def test_a_word_with_other_marks_and_case_is_the_same_word() -> None:
    said = [a_segment("heh mr john dash", 0.0, 4.0)]
    assert times_of(edited_segments(said, "heh sir Mr. JOHN, dashing"))[2:] == [
        ("Mr.", 1000, 2000),
        ("JOHN,", 2000, 3000),
        ("dashing", 3000, 4000),
    ]


def test_marks_that_stand_alone_are_told_apart() -> None:
    edited = edited_segments([a_segment("a — b", 0.0, 3.0)], "a ! x — b")
    assert times_of(edited)[-2:] == [("—", 1000, 2000), ("b", 2000, 3000)]
    edited = edited_segments([a_segment("oh — a b", 0.0, 4.0)], "— a b")
    assert times_of(edited) == [("—", 1000, 2000), ("a", 2000, 3000), ("b", 3000, 4000)]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (4, [("james", 2000, 3000), ("dash", 3000, 4000)]),
        (3, [("james", 2000, 2857), ("dash", 2857, 3571)]),
    ],
)
def test_of_too_long_a_text_only_both_ends_are_compared(
    limit: int, expected: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoz.history.alignment._MAX_COMPARED_WORDS", limit)
    said = [a_segment("heh mr john dash wood and then", 0.0, 7.0)]
    edited = times_of(edited_segments(said, "heh mr james dash wood hill and then"))
    assert edited[:2] == [("heh", 0, 1000), ("mr", 1000, 2000)]
    assert edited[2:4] == expected
    assert edited[-2:] == [("and", 5000, 6000), ("then", 6000, 7000)]
