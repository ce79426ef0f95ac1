"""The power of frames against sounds whose power is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.audio.levels import LevelMeter
from vivavoz.audio.pcm import SAMPLE_RATE_HZ

FRAME_SAMPLES = SAMPLE_RATE_HZ // 100


def test_each_frame_has_its_own_power_and_share_of_clipped_samples() -> None:
    silent = np.zeros(FRAME_SAMPLES, np.float32)
    half = np.full(FRAME_SAMPLES, -0.5, np.float32)
    clipped = np.zeros(FRAME_SAMPLES, np.float32)
    clipped[: FRAME_SAMPLES // 4] = 1.0
    levels = LevelMeter().push(np.concatenate((silent, half, clipped)))
    assert levels.power == pytest.approx([0, 0.25, 0.25])
    assert levels.clipped.tolist() == [0, 0, 0.25]


def test_what_is_no_whole_frame_waits_for_the_rest() -> None:
    meter = LevelMeter()
    assert len(meter.push(np.ones(FRAME_SAMPLES - 1, np.float32)).power) == 0
    assert meter.push(np.zeros(1, np.float32)).power == pytest.approx([1 - 1 / FRAME_SAMPLES])
    assert len(meter.push(np.ones(0, np.float32)).power) == 0


@given(st.lists(st.integers(0, SAMPLE_RATE_HZ), max_size=8))
def test_blocks_of_any_length_give_the_same_frames(cuts: list[int]) -> None:
    samples = np.random.default_rng(5).normal(0, 0.7, SAMPLE_RATE_HZ).astype(np.float32)
    whole = LevelMeter().push(samples)
    meter = LevelMeter()
    pieces = [meter.push(block) for block in np.split(samples, sorted(cuts))]
    assert len(whole.power) == SAMPLE_RATE_HZ // FRAME_SAMPLES
    np.testing.assert_array_equal(np.concatenate([one.power for one in pieces]), whole.power)
    np.testing.assert_array_equal(np.concatenate([one.clipped for one in pieces]), whole.clipped)
