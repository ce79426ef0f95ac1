"""What is not believed."""

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.recognition.engine import DecodeRequest, DecodeResult, RecognitionOptions
from vivavoz.recognition.guards import (
    Doubt,
    doubt_of,
    is_too_fast,
    repeats_at_end,
    without_guess,
)
from vivavoz.recognition.transcript import Hypothesis, Word


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(f" {token}", 0.0, 0.1, 0.9) for token in text.split())


def doubt(
    text: str,
    duration_s: float = 10.0,
    *,
    purpose: Literal["partial", "final"] = "final",
    **figures: Any,
) -> Doubt | None:
    audio = np.zeros(round(duration_s * 16_000), np.float32)
    request = DecodeRequest(purpose, audio, RecognitionOptions("en"))
    return doubt_of(request, DecodeResult(Hypothesis(words(text), "en"), **figures))


def test_plain_speech_is_believed() -> None:
    assert doubt("my brother works in the office", average_log_probability=-0.3) is None


def test_silence_is_believed() -> None:
    assert doubt("") is None


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"no_speech_probability": 0.9, "average_log_probability": -1.5}, Doubt.NO_SPEECH),
        ({"truncated": True}, Doubt.RUNAWAY),
        ({"compression_ratio": 2.5}, Doubt.REPETITION),
    ],
)
def test_the_models_own_figures_count(figures: dict[str, Any], reason: Doubt) -> None:
    assert doubt("thank you for watching", **figures) is reason


@pytest.mark.parametrize(
    ("purpose", "figures", "reason"),
    [
        ("final", (-1.01, 0.61), Doubt.NO_SPEECH),
        ("final", (-1.0, 0.61), None),
        ("final", (-1.01, 0.6), None),
        ("partial", (-0.51, 0.61), Doubt.NO_SPEECH),
        ("partial", (-0.5, 0.61), None),
        ("partial", (-0.51, 0.6), None),
    ],
)
def test_both_an_unsure_decode_and_the_no_speech_token_are_needed(
    purpose: Literal["partial", "final"], figures: tuple[float, float], reason: Doubt | None
) -> None:
    sure, no_speech = figures
    heard = doubt(
        "hello", purpose=purpose, average_log_probability=sure, no_speech_probability=no_speech
    )
    assert heard is reason


def test_text_that_compresses_well_repeats_itself() -> None:
    assert doubt("hello", compression_ratio=2.4) is None
    assert doubt("hello", compression_ratio=2.41) is Doubt.REPETITION


def test_a_confident_decode_outweighs_the_no_speech_token() -> None:
    figures: dict[str, Any] = {"no_speech_probability": 0.9, "average_log_probability": -0.5}
    assert doubt("hello", **figures) is None


def test_a_partial_must_be_surer_where_the_model_hears_no_speech() -> None:
    figures: dict[str, Any] = {"no_speech_probability": 0.9, "average_log_probability": -0.7}
    assert doubt("hello", purpose="final", **figures) is None
    assert doubt("hello", purpose="partial", **figures) is Doubt.NO_SPEECH


@pytest.mark.parametrize("phrase", ["no", "of the", "and I said that it was"])
def test_a_phrase_four_times_over_at_the_end_is_a_loop(phrase: str) -> None:
    assert doubt(f"well {f'{phrase} ' * 4}", 30.0) is Doubt.REPETITION
    assert doubt(f"well {f'{phrase} ' * 3}", 30.0) is None


def test_a_phrase_of_seven_words_is_no_loop() -> None:
    assert doubt("one two three four five six seven " * 4, 30.0) is None


def test_a_loop_is_seen_through_case_and_punctuation() -> None:
    assert repeats_at_end(words("Yes, yes. yes YES!"))


def test_nobody_says_a_page_in_a_second() -> None:
    assert doubt("she sells sea shells on the sea shore and " * 2, 1.0) is Doubt.RATE


def test_a_language_written_without_spaces_is_not_too_fast() -> None:
    characters = tuple(
        Word(character, 0.0, 0.1, 0.9) for character in "日本語を話すのが好きです" * 2
    )
    assert not is_too_fast(characters, duration_s=2.0)


def test_nobody_says_more_than_45_characters_in_a_second_and_half_a_second_more() -> None:
    assert not is_too_fast(words("x" * 66), duration_s=1.0)  # and the space before them
    assert is_too_fast(words("x" * 67), duration_s=1.0)


@given(st.integers(1, 400))
def test_the_rate_depends_on_the_time(characters: int) -> None:
    many = (Word("x" * characters, 0.0, 1.0, 0.9),)
    assert not is_too_fast(many, duration_s=characters / 45)
    assert is_too_fast(many, duration_s=characters / 45 - 0.51)


def test_a_guess_at_the_last_word_is_held_back() -> None:
    sure, unsure = Word(" grand", 0.0, 0.5, 0.9), Word(" friend", 0.5, 0.7, 0.3)
    assert without_guess((sure, unsure)) == (sure,)
    assert without_guess((unsure, sure)) == (unsure, sure)
    assert without_guess(()) == ()


@pytest.mark.parametrize(("probability", "kept"), [(0.39, 0), (0.4, 1)])
def test_a_guess_is_a_word_of_less_than_two_fifths(probability: float, kept: int) -> None:
    assert len(without_guess((Word(" friend", 0.5, 0.7, probability),))) == kept
