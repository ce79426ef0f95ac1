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
        assert len(resampler.push(frame))
    assert psutil.Process().num_threads() - before < SESSIONS
