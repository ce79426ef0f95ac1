"""The Silero model fed in pieces, and with the segmenter on real speech and on what is none."""

import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from vivavoz.vad.segmenter import (
    EndpointRules,
    Segmenter,
    SegmentEvent,
    SpeechEnded,
    SpeechStarted,
)
from vivavoz.vad.silero import FRAME_SAMPLES, SpeechDetector

Pcm = npt.NDArray[np.float32]
RATE_HZ = 16_000


def read_wav(path: Path) -> Pcm:
    with wave.open(str(path), "rb") as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), np.int16)
    return samples.astype(np.float32) / np.float32(32768)


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * RATE_HZ), np.float32)


def white_noise(seconds: float, level: float) -> Pcm:
    noise = np.random.default_rng(1).normal(0, level, int(seconds * RATE_HZ))
    return noise.astype(np.float32)


def tone(seconds: float, frequency_hz: float) -> Pcm:
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def events_of(audio: Pcm) -> list[SegmentEvent]:
    segmenter = Segmenter(EndpointRules())
    events = [event for p in SpeechDetector().push(audio) for event in segmenter.push(p)]
    return events + segmenter.flush()


@pytest.fixture(scope="module")
def speech(human_speech: Path) -> Pcm:
    """A sentence of 7 seconds read by a person."""
    return read_wav(human_speech / "librivox-0870.wav")


def test_any_cut_gives_what_the_whole_gives(speech: Pcm) -> None:
    whole = SpeechDetector().push(speech)
    assert len(whole) == len(speech) // FRAME_SAMPLES
    cuts = np.sort(np.random.default_rng(2).integers(0, len(speech), 300))
    detector = SpeechDetector()
    pieces = [p for piece in np.split(speech, cuts) for p in detector.push(piece)]
    assert pieces == pytest.approx(whole, abs=1e-6)


def test_it_is_the_model_that_faster_whisper_runs_over_a_whole_file(speech: Pcm) -> None:
    from faster_whisper.vad import get_vad_model

    frames = len(speech) // FRAME_SAMPLES
    # A frame more: faster-whisper blanks the end of the last one.
    reference = get_vad_model()(np.append(speech[: frames * FRAME_SAMPLES], silence(0.032)))
    assert SpeechDetector().push(speech) == pytest.approx(reference.ravel()[:-1], abs=1e-6)


def test_state_is_carried_from_push_to_push(speech: Pcm) -> None:
    """Without it probabilities are off by up to 0.7, so this can tell."""
    whole = np.array(SpeechDetector().push(speech))
    forgetful = [
        SpeechDetector().push(frame)[0]
        for frame in np.split(speech[: len(whole) * FRAME_SAMPLES], len(whole))
    ]
    assert np.abs(whole - forgetful).max() > 0.3


def test_sessions_at_once_do_not_touch_each_other(speech: Pcm) -> None:
    alone = SpeechDetector().push(speech)

    def run(_: int) -> list[float]:
        detector = SpeechDetector()
        return [p for piece in np.array_split(speech, 50) for p in detector.push(piece)]

    with ThreadPoolExecutor(4) as threads:
        for result in threads.map(run, range(8)):
            assert result == pytest.approx(alone, abs=1e-6)


def test_minutes_are_taken_at_one_go() -> None:
    probabilities = SpeechDetector().push(silence(120))
    assert len(probabilities) == 120 * RATE_HZ // FRAME_SAMPLES
    assert max(probabilities) < 0.5


def test_a_sentence_is_found_where_it_is(speech: Pcm) -> None:
    events = events_of(np.concatenate((silence(2), speech, silence(2))))
    started = next(event for event in events if isinstance(event, SpeechStarted))
    ended = [event for event in events if isinstance(event, SpeechEnded)][-1]
    assert 1.6 * RATE_HZ <= started.start_sample <= 2.5 * RATE_HZ
    end_of_speech = 2 * RATE_HZ + len(speech)
    assert end_of_speech - 1.0 * RATE_HZ <= ended.speech_end_sample <= end_of_speech + 0.3 * RATE_HZ


def test_two_sentences_with_a_pause_are_two_utterances(human_speech: Path) -> None:
    sentence = read_wav(human_speech / "librivox-0880.wav")
    once = sum(isinstance(event, SpeechEnded) for event in events_of(sentence))
    twice = events_of(np.concatenate((sentence, silence(1.5), sentence)))
    assert once >= 1
    assert sum(isinstance(event, SpeechEnded) for event in twice) == 2 * once


def test_every_recording_of_speech_has_an_utterance(human_speech: Path) -> None:
    for path in sorted(human_speech.glob("*.wav")):
        events = events_of(np.concatenate((read_wav(path), silence(1))))
        assert any(isinstance(event, SpeechEnded) for event in events), path.name


@pytest.mark.parametrize(
    "audio",
    [
        pytest.param(silence(10), id="silence"),
        pytest.param(white_noise(10, 0.001), id="faint noise"),
        pytest.param(white_noise(10, 0.03), id="noise"),
        pytest.param(white_noise(10, 0.3), id="loud noise"),
        pytest.param(tone(10, 100), id="mains hum"),
        pytest.param(tone(10, 440), id="a"),
        pytest.param(tone(10, 3000), id="beep"),
        pytest.param(np.tile(np.append(tone(0.2, 1000), silence(0.3)), 20), id="beeps"),
    ],
)
def test_what_is_no_speech_is_no_utterance(audio: Pcm) -> None:
    assert events_of(audio) == []
