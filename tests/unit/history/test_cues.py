"""Where cues begin and end, to the word and the millisecond; the rules of all: test_export."""

import pytest

from tests.unit.history.transcripts import a_segment
from vivavoz.history.cues import Cue, cues_of
from vivavoz.history.transcripts import Segment
from vivavoz.session.entities import RecognizedWord

LINE = "x" * 20 + " " + "y" * 21
"""As wide as a line may be."""


def a_segment_of(text: str, *words: tuple[str, float, float]) -> Segment:
    """A segment with words at these times."""
    return a_segment(text, words[0][1], words[-1][2], words=False).model_copy(
        update={
            "words": tuple(
                RecognizedWord(text=word, start=start, end=end, probability=1.0)
                for word, start, end in words
            )
        }
    )


def lines_of(text: str) -> list[tuple[str, ...]]:
    return [cue.lines for cue in cues_of([a_segment(text, 0.0, 2.0, words=False)])]


def times_of(*segments: Segment) -> list[tuple[int, int]]:
    return [(cue.start_ms, cue.end_ms) for cue in cues_of(segments)]


class TestLines:
    def test_a_line_has_42_columns(self) -> None:
        assert lines_of(LINE) == [(LINE,)]
        assert lines_of(LINE + "y") == [("x" * 20, "y" * 22)]
        (spoken,) = cues_of([a_segment("x" * 42, 0.0, 2.0)])
        assert spoken.lines == ("x" * 42,), "the space before a word is none of its columns"

    def test_a_cue_has_two_lines(self) -> None:
        assert lines_of(f"{LINE} {LINE}") == [(LINE, LINE)]
        assert lines_of(f"{LINE} {LINE} z") == [(LINE, LINE), ("z",)]

    def test_wide_characters_take_two_columns_and_accents_none(self) -> None:
        for line in ("日" * 21, "Ａ" * 21, "e\u0301" * 42):
            assert lines_of(line) == [(line,)]
            assert lines_of(line + "日") == [(line, "日")]

    def test_a_word_that_is_wider_than_a_line_is_cut_at_times_by_its_length(self) -> None:
        assert cues_of([a_segment("x" * 100, 10.0, 20.0, words=False)]) == [
            Cue(10_000, 14_200, ("x" * 42,)),
            Cue(14_200, 20_000, ("x" * 42, "x" * 16)),
        ]

    @pytest.mark.parametrize("end", [".", "?", "!", "…", "。", "？", "！"])
    def test_after_a_sentence_a_full_cue_is_over(self, end: str) -> None:
        full = f"{LINE} sí{end}"
        assert lines_of(f"{full} no") == [(LINE, f"sí{end}"), ("no",)]
        assert lines_of(f"{full[:-1]} no") == [(LINE, "sí no")]

    def test_a_cue_of_one_line_may_hold_two_sentences(self) -> None:
        assert lines_of("Sí. No.") == [("Sí. No.",)]


class TestTimes:
    def test_a_cue_takes_seven_seconds_of_speech(self) -> None:
        words = [("a", 0.5, 1.0), (" b", 1.1, 4.0), (" c", 4.1, 7.5)]
        assert times_of(a_segment_of("a b c", *words)) == [(500, 7500)]
        words[-1] = (" c", 4.1, 7.501)
        assert times_of(a_segment_of("a b c", *words)) == [(500, 4000), (4100, 7501)]

    def test_a_longer_word_is_shown_for_seven_seconds(self) -> None:
        assert times_of(a_segment("a", 1.0, 9.0)) == [(1000, 8000)]

    def test_a_pause_of_a_second_begins_a_cue(self) -> None:
        words = [("a", 0.0, 1.0), (" b", 1.999, 3.0)]
        assert times_of(a_segment_of("a b", *words)) == [(0, 3000)]
        words[-1] = (" b", 2.0, 3.0)
        assert times_of(a_segment_of("a b", *words)) == [(0, 1000), (2000, 3000)]

    def test_a_cue_is_shown_for_a_second(self) -> None:
        assert times_of(a_segment("a", 1.0, 1.2)) == [(1000, 2000)]

    def test_one_that_begins_before_the_last_ended_takes_its_place(self) -> None:
        assert times_of(a_segment("a", 0, 3), a_segment("b", 2, 4)) == [(0, 2000), (2000, 4000)]

    def test_one_that_began_long_before_comes_after_all(self) -> None:
        assert times_of(a_segment("a", 5, 6), a_segment("b", 1, 2)) == [(5000, 5001), (5001, 6001)]


class TestWords:
    def test_without_words_the_text_is_spoken_at_an_even_pace(self) -> None:
        segment = a_segment("aaaa bb cccc", 10.0, 34.0, words=False)
        assert cues_of([segment]) == [
            Cue(10_000, 17_000, ("aaaa",)),
            Cue(20_000, 24_000, ("bb",)),
            Cue(26_000, 33_000, ("cccc",)),
        ]

    def test_so_it_is_where_the_words_say_something_else(self) -> None:
        segment = a_segment_of("a b", ("a", 0.0, 1.0), (" c", 5.0, 6.0))
        assert cues_of([segment]) == [Cue(0, 2000, ("a",)), Cue(4000, 6000, ("b",))]

    def test_spaces_are_no_words_and_none_of_them_is_shown_twice(self) -> None:
        words = [(" a ", 0.0, 1.0), (" ", 1.0, 1.5), ("  b", 5.0, 6.0)]
        assert cues_of([a_segment_of(" a   b ", *words)]) == [
            Cue(0, 1000, ("a",)),
            Cue(5000, 6000, ("b",)),
        ]

    def test_words_of_no_text_are_not_shown(self) -> None:
        assert cues_of([a_segment_of("", ("a", 0.0, 1.0))]) == []
