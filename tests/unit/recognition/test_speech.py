"""A session's speech as segments."""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.recognition.scripted import SETTINGS
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.speech import Change, Closed, Paused, Speech
from vivavoz.vad.frames import FRAME_SAMPLES

START_SAMPLE = 10 * FRAME_SAMPLES - 4800
"""Where the speech below starts: ten silent frames, of which 300 ms belong to it."""
PAUSE_SAMPLE = 57 * FRAME_SAMPLES
"""Where its silence has lasted 200 ms."""


def settings(*, pause_cut_samples: int, pre_roll_ms: int = 300) -> RecognizerSettings:
    return replace(
        SETTINGS,
        rules=replace(SETTINGS.rules, pre_roll_ms=pre_roll_ms),
        plan=replace(SETTINGS.plan, pause_cut_s=pause_cut_samples / 16_000),
    )


def push(speech: Speech, frames: str) -> list[Change]:
    """Frames of speech (``x``) and of silence (``.``)."""
    samples = np.zeros(len(frames) * FRAME_SAMPLES, np.float32)
    return speech.push(samples, [0.9 if frame == "x" else 0.0 for frame in frames])


def paused(rules: RecognizerSettings) -> tuple[Speech, list[Change]]:
    """Forty frames of speech, and what 200 ms of silence after them change."""
    speech = Speech(rules)
    assert not push(speech, "." * 10 + "x" * 40)
    return speech, push(speech, "." * 7)


@pytest.mark.parametrize(("more_samples", "kind"), [(0, Closed), (1, Paused)])
def test_a_short_pause_ends_a_segment_from_a_certain_length_on(
    more_samples: int, kind: type[Change]
) -> None:
    cut = PAUSE_SAMPLE - START_SAMPLE + more_samples
    _, changes = paused(settings(pause_cut_samples=cut))
    assert [type(change) for change in changes] == [kind]


def test_a_segment_that_is_over_takes_no_more_audio() -> None:
    speech, _ = paused(settings(pause_cut_samples=1))
    assert speech.segments[0].end_sample == PAUSE_SAMPLE
    assert speech.growing is None


@pytest.mark.parametrize(
    ("pre_roll_ms", "start_sample"), [(300, PAUSE_SAMPLE), (64, 64 * FRAME_SAMPLES - 1024)]
)
def test_speech_after_a_pause_that_ended_a_segment_has_its_pre_roll_but_none_of_that_segment(
    pre_roll_ms: int, start_sample: int
) -> None:
    speech, _ = paused(settings(pause_cut_samples=1, pre_roll_ms=pre_roll_ms))
    push(speech, "." * 7 + "x")
    assert speech.growing is not None
    assert speech.growing.start_sample == start_sample


def test_speech_is_settled_once_it_is_over_and_decided() -> None:
    speech, _ = paused(settings(pause_cut_samples=1))
    speech.segments[0].is_decided = True
    assert len(list(speech.take_decided())) == 1
    assert not speech.is_settled  # it may go on
    push(speech, "." * 20)
    assert speech.is_settled


def test_speech_that_is_over_and_not_decided_is_not_settled() -> None:
    speech, _ = paused(SETTINGS)
    push(speech, "." * 20)
    assert not speech.is_settled
    assert speech.settled_sample == START_SAMPLE


def test_audio_is_kept_until_it_is_settled() -> None:
    speech, _ = paused(SETTINGS)
    assert len(speech.audio(START_SAMPLE, PAUSE_SAMPLE)) == PAUSE_SAMPLE - START_SAMPLE
    with pytest.raises(IndexError):
        speech.audio(START_SAMPLE - 1, PAUSE_SAMPLE)
