"""Text out of segments: on one line and in paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.history.transcripts import a_segment, spoken
from vivavoz.history.text import one_line, spoken_paragraphs, typed_paragraphs
from vivavoz.history.transcripts import Segment


@given(spoken())
def test_paragraphs_hold_all_that_was_said_in_order(segments: list[Segment]) -> None:
    paragraphs = spoken_paragraphs(segments)
    assert all(paragraph == paragraph.strip() != "" for paragraph in paragraphs)
    assert one_line(paragraphs) == one_line(segment.text for segment in segments)


@pytest.mark.parametrize(
    ("times", "paragraphs"),
    [
        ([], []),
        ([(9.0, 10.0)], ["0"]),
        ([(0.0, 1.0), (3.0, 4.0)], ["0 1"]),
        ([(0.0, 1.0), (3.01, 4.0)], ["0", "1"]),
        ([(0.0, 9.0), (1.0, 2.0), (10.0, 11.0)], ["0 1 2"]),
        ([(0.0, 1.0), (2.0, 3.0), (9.0, 10.0), (20.0, 21.0)], ["0 1", "2", "3"]),
    ],
)
def test_a_pause_of_more_than_two_seconds_begins_a_paragraph(
    times: list[tuple[float, float]], paragraphs: list[str]
) -> None:
    segments = [a_segment(str(n), start_s, end_s) for n, (start_s, end_s) in enumerate(times)]
    assert spoken_paragraphs(segments) == paragraphs


def test_a_paragraph_ends_after_120_words() -> None:
    long, short = " ".join(["uno"] * 119), "dos"
    segments = [a_segment(text, at, at + 1) for at, text in enumerate((long, short, short, short))]
    assert spoken_paragraphs(segments) == [f"{long} dos", "dos dos"]


def test_segments_without_text_are_silence() -> None:
    segments = [a_segment("uno", 0, 1), a_segment(" ", 2, 3), a_segment("dos", 4, 5)]
    assert spoken_paragraphs(segments) == ["uno", "dos"]


@given(st.lists(st.text("ab \t\n", max_size=12).map(str.strip).filter(bool), max_size=6))
def test_typed_paragraphs_are_cut_at_blank_lines_only(texts: list[str]) -> None:
    whole = "\n \n".join(texts)
    paragraphs = typed_paragraphs(whole)
    assert "".join("".join(paragraphs).split()) == "".join(whole.split())
    assert not any("\n\n" in paragraph for paragraph in paragraphs)
    assert len(paragraphs) >= len(texts)


def test_single_line_ends_stay_within_a_paragraph() -> None:
    assert typed_paragraphs("uno\ndos\n\n\ntres\n") == ["uno\ndos", "tres"]
