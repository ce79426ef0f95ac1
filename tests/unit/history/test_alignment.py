"""Edited words at the times at which they were spoken."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.history.transcripts import Times, a_segment, spoken, times_of
from vivavoz.history.alignment import edited_segments
from vivavoz.history.cues import cues_of, pieces_of
from vivavoz.history.transcripts import Segment


def squeezed(text: str) -> str:
    return "".join(text.split())


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[Segment], str]:
    """What was recognised, and a text that came of it by changing, leaving out and adding words,
    or one that has nothing to do with it."""
    segments = draw(spoken())
    words = " ".join(segment.text for segment in segments).split()
    typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(words)))
        words[at : at + draw(st.integers(0, 3))] = draw(st.lists(typed, max_size=4))
    text = draw(st.sampled_from([" ", "\n", "\n\n"])).join(words).strip()
    return segments, text or "x"


@given(edits())
def test_the_words_are_those_of_the_text_and_time_never_goes_back(
    edit: tuple[list[Segment], str],
) -> None:
    segments, text = edit
    edited = edited_segments(segments, text)
    if not any(pieces_of(segment) for segment in segments):
        assert edited == []  # no word has a time
        return
    assert squeezed("".join(segment.text for segment in edited)) == squeezed(text)
    moments = [moment for _, start, end in times_of(edited) for moment in (start, end)]
    assert all(before <= after for before, after in pairwise([0, *moments]))
    ends = [piece.end_ms for segment in segments for piece in pieces_of(segment)]
    assert moments[-1] <= max(ends)
    for segment in edited:
        assert "".join(word.text for word in segment.words).strip() == segment.text
    shown = "".join(line for cue in cues_of(edited) for line in cue.lines)
    assert squeezed(shown) == squeezed(text)


@given(st.lists(st.sampled_from(["uno", "dos", "tres"]), min_size=1, max_size=40))
def test_a_text_that_nobody_touched_keeps_all_its_times(words: list[str]) -> None:
    half = len(words) // 2
    segments = [
        a_segment(" ".join(words[:half]), 1.0, 9.0),
        a_segment(" ".join(words[half:]), 12.0, 20.0),
    ]
    assert times_of(edited_segments(segments, "\n".join(words))) == times_of(segments)


SAID = [a_segment("heh mr john dash wood and", 0.0, 6.0), a_segment("then he left", 10.0, 13.0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Heh, Mr. John dash wood and then he left.",
            [("Heh,", 0, 1000), ("Mr.", 1000, 2000), ("left.", 12000, 13000)],
            id="marks and case",
        ),
        pytest.param(
            "heh mr john Dashwood and then he left",
            [("john", 2000, 3000), ("Dashwood", 3000, 5000), ("and", 5000, 6000)],
            id="two words become one",
        ),
        pytest.param(
            "heh mr john dash wood and then she went away",
            [("then", 10000, 11000), ("she", 11000, 11571), ("away", 12285, 13000)],
            id="two words become three",
        ),
        pytest.param(
            "john dash wood and then he left",
            [("john", 2000, 3000), ("left", 12000, 13000)],
            id="left out at the beginning",
        ),
        pytest.param(
            "heh mr john dash wood and so on then he left",
            [("and", 5000, 6000), ("so", 6000, 6400), ("on", 6400, 6800), ("then", 10000, 11000)],
            id="added in a pause",
        ),
        pytest.param(
            "heh mr john james dash wood and then he left",
            [("john", 2000, 2454), ("james", 2454, 3000), ("dash", 3000, 4000)],
            id="added without a pause",
        ),
    ],
)
def test_what_was_not_touched_keeps_its_time(text: str, expected: Times) -> None:
    edited = times_of(edited_segments(SAID, text))
    assert [word for word, _, _ in edited] == text.split()
    assert set(expected) <= set(edited), edited


def test_characters_of_scripts_without_spaces_are_aligned_one_by_one() -> None:
    said = [a_segment("日本語を話す", 0.0, 6.0, words=False)]
    edited = edited_segments(said, "日本語で話す")
    assert [segment.text for segment in edited] == ["日本語で話す"]
    assert times_of(edited)[-1] == ("す", 5000, 6000)


def test_an_hour_is_aligned_at_once() -> None:
    said = [
        a_segment(
            " ".join(f"w{at * number % 997}" for at in range(20)), 7.0 * number, 7 * number + 6
        )
        for number in range(500)
    ]
    text = " ".join(segment.text.replace("w7", "sieben und").replace("w3", "") for segment in said)
    began = time.process_time()
    edited = edited_segments(said, text)
    assert time.process_time() - began < 20
    assert squeezed("".join(segment.text for segment in edited)) == squeezed(text)
