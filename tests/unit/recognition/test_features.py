"""The incremental spectrum is the offline one."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoz.recognition.engine import Pcm
from vivavoz.recognition.features import HOP_SAMPLES, IncrementalLogMel

RANDOM = np.random.default_rng(3)
AUDIO: Pcm = (RANDOM.standard_normal(32_000) * np.sin(np.arange(32_000) / 5_000) ** 2 * 0.3).astype(
    np.float32
)


def offline(audio: Pcm, mels: int) -> Pcm:
    """What faster-whisper hands to the model: all frames but the one of its padding."""
    features: Pcm = FeatureExtractor(feature_size=mels)(audio)
    return features[:, : len(audio) // HOP_SAMPLES]


def incremental(mels: int = 80) -> IncrementalLogMel:
    return IncrementalLogMel(FeatureExtractor(feature_size=mels).mel_filters)


@pytest.mark.parametrize("mels", [80, 128])
@pytest.mark.parametrize("length", [201, 1_600, 16_000, 16_001, 31_999])
def test_equals_the_offline_extractor(mels: int, length: int) -> None:
    audio = AUDIO[:length]
    assert np.abs(incremental(mels).features(audio) - offline(audio, mels)).max() < 1e-5


@settings(max_examples=15)
@given(st.lists(st.integers(201, len(AUDIO)), min_size=2, max_size=6))
def test_equals_it_however_the_audio_grows_or_shrinks(lengths: list[int]) -> None:
    spectrum = incremental()
    for length in lengths:
        audio = AUDIO[:length]
        assert np.abs(spectrum.features(audio) - offline(audio, 80)).max() < 1e-5


def test_each_frame_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = 0
    real = np.fft.rfft

    def counting(frames: Pcm, axis: int) -> object:
        nonlocal computed
        computed += len(frames)
        return real(frames, axis=axis)

    spectrum = incremental()
    monkeypatch.setattr(np.fft, "rfft", counting)
    steps = range(1_600, len(AUDIO) + 1, 1_600)
    for length in steps:
        spectrum.features(AUDIO[:length])
    assert computed <= len(AUDIO) // HOP_SAMPLES + 3 * len(steps)  # the ends, again at each step


def test_less_than_a_frame_gives_none() -> None:
    assert incremental().features(AUDIO[:159]).shape == (80, 0)


def test_silence_is_finite() -> None:
    assert np.isfinite(incremental().features(np.zeros(16_000, np.float32))).all()
