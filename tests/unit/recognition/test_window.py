"""Which part of long speech partials decode."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.recognition.scripted import Speech
from vivavoz.recognition.engine import SAMPLE_RATE_HZ
from vivavoz.recognition.transcript import Word
from vivavoz.recognition.window import Window

TEXT = " ".join(f"w{number}" for number in range(40))
SPEECH = Speech.of(TEXT, word_s=0.3, gap_s=0.1)
KEPT_S = 3.0
LONG_S = 5.0


def said_until(end_s: float, speech: Speech = SPEECH) -> list[Word]:
    return [word for word in speech.words if word.end_s <= end_s]


def shortened(window: Window, agreed: list[Word], end_s: float, speech: Speech = SPEECH) -> Window:
    audio = speech.audio[window.start_sample : round(end_s * SAMPLE_RATE_HZ)]
    return window.shortened(agreed, audio)


def test_a_window_is_long_from_five_seconds_on() -> None:
    window = Window(SAMPLE_RATE_HZ)
    assert not window.is_long(SAMPLE_RATE_HZ + round(LONG_S * SAMPLE_RATE_HZ) - 1)
    assert window.is_long(SAMPLE_RATE_HZ + round(LONG_S * SAMPLE_RATE_HZ))


def test_it_starts_anew_in_the_gap_between_two_agreed_words() -> None:
    window = Window(0)
    shorter = shortened(window, said_until(6.2), 6.5)
    count = len(shorter.lead)
    assert shorter.lead == tuple(SPEECH.words[:count])
    assert SPEECH.words[count - 1].end_s <= shorter.start_s + 0.01
    assert shorter.start_s - 0.01 <= SPEECH.words[count].start_s
    assert 1.5 <= shorter.start_s <= 6.5 - KEPT_S
    assert shorter.source is not window.source


def test_it_can_be_shortened_again() -> None:
    first = shortened(Window(0), said_until(6.2), 6.5)
    second = shortened(first, said_until(9.6), 10.0)
    assert second.start_s >= first.start_s + 1.5
    assert second.lead == tuple(SPEECH.words[: len(second.lead)])
    assert second.lead[: len(first.lead)] == first.lead


def test_agreed_words_stay_to_be_forced() -> None:
    for agreed in range(12):
        shorter = shortened(Window(0), SPEECH.words[:agreed], 8.0)
        assert len(shorter.lead) <= max(agreed - 2, 0)


def test_without_an_agreed_word_early_enough_it_stays() -> None:
    window = Window(0)
    assert shortened(window, [], 7.0) is window
    assert shortened(window, SPEECH.words[:2], 7.0) is window
    late = Speech.of(TEXT, start_s=5.0)
    assert shortened(window, said_until(8.0, late), 8.0, late) is window


@pytest.mark.parametrize(
    ("at", "agreed", "end_s", "is_cut_there"),
    [
        (1, 11, 6.25, False),  # it ends 1.25 s after the window began
        (2, 11, 6.25, True),
        (5, 11, 6.25, True),  # three seconds follow its end
        (6, 11, 6.25, False),
        (3, 6, 10.0, True),  # two agreed words are left
        (4, 6, 10.0, False),
    ],
)
def test_the_end_of_a_sentence_is_the_best_place_within_bounds(
    at: int, agreed: int, end_s: float, is_cut_there: bool
) -> None:
    speech = Speech.of(TEXT, word_s=0.25, gap_s=0.25)
    words = [
        Word(f"{word.text}.", word.start_s, word.end_s, word.probability) if n == at else word
        for n, word in enumerate(speech.words)
    ]
    lead = shortened(Window(0), words[:agreed], end_s, speech).lead
    assert 0 < len(lead) <= agreed - 2
    assert (len(lead) == at + 1) == is_cut_there


def test_without_gaps_it_is_cut_between_words_too() -> None:
    speech = Speech.of(TEXT, word_s=0.4, gap_s=0.0)
    assert shortened(Window(0), said_until(6.2, speech), 6.5, speech).lead


def test_after_a_joint_the_words_of_the_other_part_are_gone() -> None:
    window = shortened(Window(0), said_until(6.2), 6.5)
    rest = window.after(2)
    assert rest.lead == window.lead[2:]
    assert (rest.start_sample, rest.source) == (window.start_sample, window.source)


@given(seed=st.integers(0, 50), heard=st.integers(0, 40), end_s=st.floats(0.0, 16.0))
def test_no_audio_of_a_word_to_come_is_cut_off(seed: int, heard: int, end_s: float) -> None:
    chance = np.random.default_rng(seed)
    speech = Speech.of(TEXT, word_s=float(chance.uniform(0.1, 0.5)), gap_s=0.05)
    shorter = shortened(Window(0), speech.words[:heard], end_s, speech)
    for word in speech.words[len(shorter.lead) :]:
        assert word.start_s >= shorter.start_s - 0.06
