"""One stretch of speech: what is asked for it, what is known of it, and what comes of it."""

import numpy as np
import pytest

from tests.unit.recognition.scripted import OPTIONS, SETTINGS
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, DecodeRequest
from vivavoz.recognition.outputs import Final, Lost
from vivavoz.recognition.profiles import WindowPlan
from vivavoz.recognition.segment import Segment
from vivavoz.recognition.transcript import Hypothesis, Word
from vivavoz.recognition.window import Window

START_S = 10


def samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)


def words(text: str) -> tuple[Word, ...]:
    """A word each half second, in the time of the audio handed over."""
    return tuple(
        Word(f" {token}", index / 2, index / 2 + 0.4, 0.9)
        for index, token in enumerate(text.split())
    )


def hearing(text: str, end_s: float = 5.0, *, probability: float = 0.99) -> Segment:
    """A segment of which two hypotheses said ``text``, up to ``end_s`` after its start."""
    segment = Segment(samples(START_S))
    for _ in range(2):
        segment.hear(Hypothesis(words(text), "es", probability), samples(START_S + end_s))
    return segment


def request_of(segment: Segment, plan: WindowPlan, *, is_final: bool = False) -> DecodeRequest:
    return segment.request(
        plan, np.zeros(samples(1.0), np.float32), OPTIONS, full_context=False, is_final=is_final
    )


@pytest.mark.parametrize(
    ("probability", "heard_s", "is_sure"),
    [(0.8, 2.0, True), (0.79, 2.0, False), (0.8, 1.99, False), (0.79, 1.99, False)],
)
def test_a_language_is_sure_after_two_seconds_and_from_four_fifths_on(
    probability: float, heard_s: float, *, is_sure: bool
) -> None:
    segment = hearing("uno dos", heard_s, probability=probability)
    assert segment.sure_language == (("es", probability) if is_sure else None)


def test_no_language_is_sure_before_anything_is_heard() -> None:
    assert Segment(0).sure_language is None
    assert Segment(0, heard_sample=samples(3.0)).sure_language is None


def test_a_decode_spends_what_its_plan_says() -> None:
    plan = WindowPlan(beam_size=3, margin_s=1.25, floor_s=7.5)
    request = request_of(hearing("one two"), plan)
    assert (request.beam_size, request.margin_s, request.floor_s) == (3, 1.25, 7.5)
    assert not request.full_context


def test_a_partial_is_forced_to_begin_with_the_agreed_words_of_its_window() -> None:
    segment = hearing("one two three four")
    segment.window = Window(samples(START_S + 1), segment.agreement.stable_words[:2])
    request = request_of(segment, SETTINGS.plan.partial)
    assert [word.text for word in request.prefix] == [" three", " four"]
    assert request.prefix[0].start_s == pytest.approx(0.0)
    assert request.prefix[1].end_s == pytest.approx(0.9)
    assert request.source is segment.window.source


def test_a_final_is_decoded_from_all_audio_and_nothing_is_forced() -> None:
    segment = hearing("one two three four")
    segment.window = Window(samples(START_S + 1), segment.agreement.stable_words[:2])
    request = request_of(segment, SETTINGS.plan.final, is_final=True)
    assert request.prefix == ()
    assert request.source is segment.whole.source


def test_words_keep_the_times_of_a_decode_that_knows_them() -> None:
    segment = hearing("one two three", end_s=9.0)
    assert [word.start_s for word in segment.agreement.words] == [10.0, 10.5, 11.0]


def test_a_window_stays_while_all_words_before_it_are_agreed_on() -> None:
    segment = hearing("one two three")
    segment.window = shorter = Window(samples(START_S + 1), segment.agreement.stable_words[:2])
    segment.hear(Hypothesis(words("four"), "en"), samples(16.0), window=shorter)
    assert len(segment.agreement.stable_words) == 2
    assert segment.window is shorter


def test_a_final_spans_its_words() -> None:
    segment = hearing("one two three")
    segment.final_end_sample = samples(12.0)
    segment.decide(Hypothesis(words("one two three"), "en", 0.9))
    final = segment.outcome
    assert isinstance(final, Final)
    assert final.start_s == 10.0
    assert final.end_s == pytest.approx(11.4)
    assert (final.language, final.language_probability) == ("en", 0.9)
    assert final.end_sample == samples(12.0)


def test_a_final_never_ends_before_it_starts() -> None:
    segment = Segment(0)
    segment.decide(Hypothesis((Word(" one", 1.0, 0.8, 0.9),), "en"))
    assert isinstance(segment.outcome, Final)
    assert (segment.outcome.start_s, segment.outcome.end_s) == (1.0, 1.0)


def test_speech_is_lost_up_to_its_end() -> None:
    segment = Segment(samples(START_S), end_sample=samples(14.0), final_end_sample=samples(13.0))
    segment.lose("the model burst")
    assert segment.is_decided
    assert segment.outcome == Lost(10.0, 14.0, "the model burst")


def test_what_was_known_before_a_parting_stays_known_on_both_sides() -> None:
    segment = hearing("one two three four")
    segment.asked_sample = samples(15.5)
    later = segment.part(2, samples(11.0))
    assert [word.text for word in segment.tail] == [" one", " two"]
    assert [word.text for word in later.head] == [" three", " four"]
    assert (later.start_sample, later.asked_sample) == (samples(11.0), samples(15.5))
    assert later.heard_sample == samples(15.0)
    assert later.language == ("es", 0.99)
    assert later.window is later.whole
    assert later.window.start_sample == samples(11.0)


def test_a_window_after_the_joint_stays_without_the_words_before_the_joint() -> None:
    segment = hearing("one two three four")
    segment.window = Window(samples(11.5), segment.agreement.stable_words[:3])
    later = segment.part(2, samples(11.0))
    assert [word.text for word in later.window.lead] == [" three"]
    assert later.window.start_sample == samples(11.5)
    assert later.window.source is segment.window.source


def test_a_window_that_begins_at_the_joint_is_taken_anew() -> None:
    segment = hearing("one two three four")
    segment.window = Window(samples(11.0), segment.agreement.stable_words[:2])
    later = segment.part(2, samples(11.0))
    assert later.window is later.whole


@pytest.mark.parametrize(
    ("decoded", "is_first", "whole"),
    [
        ("one two thr", True, "one two"),  # a piece of the word after the joint
        ("ree three four five", False, "three four five"),
    ],
)
def test_a_final_beside_a_joint_agrees_with_what_was_known_there(
    decoded: str, whole: str, *, is_first: bool
) -> None:
    first = hearing("one two three four")
    later = first.part(2, samples(11.0))
    segment = first if is_first else later
    segment.decide(Hypothesis(words(decoded), "en"))
    assert isinstance(segment.outcome, Final)
    assert segment.outcome.text == whole
