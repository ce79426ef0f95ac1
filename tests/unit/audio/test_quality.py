"""The quality score against signals whose quality is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.audio.levels import LevelMeter
from vivavoz.audio.pcm import SAMPLE_RATE_HZ, Pcm
from vivavoz.audio.quality import QualityMeter

RNG = np.random.default_rng(7)


def syllables(level: float = 0.2, noise: float = 0.0005, seconds: float = 10.0) -> Pcm:
    """Bursts of tone, 200 ms of sound and 200 ms of pause, over white noise."""
    time_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    voiced = (time_s % 0.4 < 0.2) * np.sin(2 * np.pi * 220 * time_s) * level
    return (voiced + RNG.normal(0, noise, len(time_s))).astype(np.float32)


def score(*blocks: Pcm) -> float:
    """Of a stream that comes in these blocks."""
    levels, quality = LevelMeter(), QualityMeter()
    for block in blocks:
        quality.push(levels.push(block))
    return quality.score


def test_clear_speech_scores_full() -> None:
    assert score(syllables()) == pytest.approx(1.0)


def test_a_muted_microphone_scores_nothing() -> None:
    assert score(np.zeros(2 * SAMPLE_RATE_HZ, np.float32)) == 0


def test_steady_noise_scores_nothing() -> None:
    assert score(RNG.normal(0, 0.1, 5 * SAMPLE_RATE_HZ).astype(np.float32)) == 0


def test_more_noise_scores_less() -> None:
    scores = [score(syllables(noise=noise)) for noise in (0.001, 0.02, 0.05, 0.2)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.95
    assert scores[-1] < 0.2


def test_a_quieter_voice_scores_less() -> None:
    scores = [score(syllables(level=level, noise=level / 1000)) for level in (0.2, 0.01, 0.003)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.5


def test_clipping_scores_less() -> None:
    clean, clipped = syllables(level=0.9), np.clip(syllables(level=3.0), -1, 1)
    assert score(clean) > 0.95
    assert score(clipped) == 0


def test_holes_score_less_and_pauses_do_not() -> None:
    speech = syllables()
    holed, paused = speech.copy(), speech.copy()
    for start in range(1000, len(holed), SAMPLE_RATE_HZ):
        holed[start : start + 480] = 0  # 30 ms every second: 3% of the time
    paused[len(paused) // 2 :][: 2 * SAMPLE_RATE_HZ] = 0
    assert score(holed) < 0.9
    assert score(paused) == pytest.approx(1.0)


def alternating(loud_db: float, background_db: float) -> Pcm:
    """Ten seconds: a frame of 10 ms at one level, the next at the other."""
    levels = 10 ** (np.tile([loud_db, background_db], 500) / 20)
    return np.repeat(levels, SAMPLE_RATE_HZ // 100).astype(np.float32)


@pytest.mark.parametrize(
    ("loud_db", "background_db", "expected"),
    [
        (-60, -100, 0.0),
        (-47.5, -100, 0.5),
        (-35, -100, 1.0),
        (-20, -23, 0.0),
        (-20, -31.5, 0.5),
        (-20, -40, 1.0),
        (-47.5, -59, 0.25),
    ],
)
def test_level_and_clarity_are_linear_in_decibels(
    loud_db: float, background_db: float, expected: float
) -> None:
    assert score(alternating(loud_db, background_db)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("peak", "percent", "expected"),
    [(0.991, 0.5, 0.5), (-0.991, 0.5, 0.5), (0.991, 1.0, 0.0), (0.989, 1.0, 1.0)],
)
def test_one_percent_of_clipped_samples_spoils_all(
    peak: float, percent: float, expected: float
) -> None:
    audio = alternating(-20, -60)
    loud_frames = audio.reshape(1000, -1)[:800:2]
    loud_frames[:, : round(4 * percent)] = peak
    assert score(audio) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("silent_frames", "expected"),
    [
        ([(100, 25)], 1.0),  # longer than 200 ms: a pause
        ([(100, 20)], 0.6),
        ([(100, 20), (500, 5)], 0.5),
        ([(100, 20), (200, 20), (300, 20)], 0.0),
        ([(0, 20), (980, 20)], 1.0),  # no sound on one side
        ([(0, 20), (500, 20)], 0.6),
        ([(100, 21)], 1.0),
    ],
)
def test_five_percent_of_holes_spoil_all(
    silent_frames: list[tuple[int, int]], expected: float
) -> None:
    audio = alternating(-20, -60)
    frames = audio.reshape(1000, -1)
    for first, count in silent_frames:
        frames[first : first + count] = 0
    assert score(audio) == pytest.approx(expected, abs=1e-4)


def test_a_second_is_enough_to_judge_by() -> None:
    assert score(np.zeros(SAMPLE_RATE_HZ, np.float32)) == 0
    assert score(np.zeros(SAMPLE_RATE_HZ - 1, np.float32)) == 1


def test_only_the_last_half_minute_counts() -> None:
    blare = np.ones(5 * SAMPLE_RATE_HZ, np.float32)
    assert score(blare) == 0
    assert score(blare, syllables(seconds=30)) == pytest.approx(1.0)


def test_it_says_nothing_bad_before_it_knows() -> None:
    assert QualityMeter().score == 1
    assert score(np.zeros(SAMPLE_RATE_HZ // 2, np.float32)) == 1


@given(st.lists(st.integers(0, 3 * SAMPLE_RATE_HZ), max_size=8), st.sampled_from([0.0, 0.01, 2.0]))
def test_blocks_of_any_length_give_the_same_score_within_bounds(
    cuts: list[int], level: float
) -> None:
    samples = syllables(level, seconds=3.0)
    in_blocks = score(*np.split(samples, sorted(cuts)))
    assert in_blocks == score(samples)
    assert 0 <= in_blocks <= 1
