"""Audio before the durable mark is heard as silence, however it is cut into blocks."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.runtime.skipping import Skip
from vivavoz.vad.frames import FRAME_SAMPLES

FRAMES = 40
AUDIO = np.ones(FRAMES * FRAME_SAMPLES, np.float32)


@given(
    first=st.integers(0, 100_000),
    skipped=st.integers(0, len(AUDIO) + 1000),
    cuts=st.lists(st.integers(0, len(AUDIO)), max_size=8),
)
def test_exactly_what_lies_before_the_limit_is_silent(
    first: int, skipped: int, cuts: list[int]
) -> None:
    skip = Skip(first, first + skipped)
    heard, probabilities = [], []
    edges = [0, *sorted(cuts), len(AUDIO)]
    for start, end in pairwise(edges):
        frames = end // FRAME_SAMPLES - start // FRAME_SAMPLES
        samples, speech = skip.apply(AUDIO[start:end], [1.0] * frames)
        heard.append(samples)
        probabilities += speech
    silent_frames = min(-(-skipped // FRAME_SAMPLES), FRAMES)
    assert np.concatenate(heard).tolist() == [0.0] * min(skipped, len(AUDIO)) + [1.0] * max(
        len(AUDIO) - skipped, 0
    )
    assert probabilities == [0.0] * silent_frames + [1.0] * (FRAMES - silent_frames)
    assert AUDIO.all(), "what was handed over is left as it was"
