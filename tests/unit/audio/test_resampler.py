"""What resampling costs besides time."""

import av
import numpy as np
import psutil

from vivavoz.audio.resampler import MonoResampler

SESSIONS = 5


def test_resampling_starts_no_threads() -> None:
    """FFmpeg's filters would start one for each processor and session."""
    before = psutil.Process().num_threads()
    resamplers = [MonoResampler() for _ in range(SESSIONS)]
    for resampler in resamplers:
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        resampler.push(frame)
        assert len(resampler.pull())
    assert psutil.Process().num_threads() - before < SESSIONS


def test_absurd_samples_become_loud_ones() -> None:
    """As a mutated recording of floats has them, in more channels than FFmpeg can weigh."""
    highest = np.finfo(np.float32).max
    frame = av.AudioFrame.from_ndarray(np.full((1, 3 * 4800), highest), "flt", "3 channels")
    frame.sample_rate = 48_000
    resampler = MonoResampler()
    resampler.push(frame)
    samples = resampler.flush()
    assert len(samples)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0
