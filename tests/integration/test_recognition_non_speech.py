"""Sounds that are not speech yield no words: not from the recogniser as a whole, and not from the
engine and the guards alone, when the voice detector is fooled."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from tests.integration.recognition_driver import recognise
from vivavoz.engines.whisper import WhisperEngine
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm, RecognitionOptions
from vivavoz.recognition.recognizer import RecognizerSettings
from vivavoz.settings import Settings
from vivavoz.vad.frames import FRAME_SAMPLES

SECONDS = 12
SAMPLES = SECONDS * SAMPLE_RATE_HZ
TIME_S = np.arange(SAMPLES) / SAMPLE_RATE_HZ
SETTINGS = RecognizerSettings.from_settings(Settings())


def noise(seed: int, exponent: float) -> Pcm:
    """Noise whose power falls with frequency to the given exponent: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(SAMPLES))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (exponent / 2)
    spectrum[0] = 0
    sound: Pcm = np.fft.irfft(spectrum, SAMPLES).astype(np.float32)
    sound /= np.abs(sound).max()
    return sound


def chords() -> Pcm:
    """Music: three-note chords of plucked harmonics, two a second."""
    sound = np.zeros(SAMPLES)
    for beat in range(2 * SECONDS):
        begin = beat * SAMPLE_RATE_HZ // 2
        local_s = TIME_S[: SAMPLES - begin]
        root_hz = 220 * 2 ** ([0, 5, 7, 3][beat % 4] / 12)
        for step in (0, 4, 7):
            for harmonic in range(1, 5):
                tone = np.sin(2 * np.pi * root_hz * 2 ** (step / 12) * harmonic * local_s)
                sound[begin:] += tone * np.exp(-4 * local_s) / harmonic
    music: Pcm = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return music


def breath() -> Pcm:
    """Pink noise swelling every three seconds, as somebody breathing at a microphone."""
    swell = np.maximum(np.sin(2 * np.pi * TIME_S / 3), 0) ** 2
    breathing: Pcm = (0.2 * noise(5, 1) * swell).astype(np.float32)
    return breathing


def clicks() -> Pcm:
    """A keyboard: short bursts at irregular times."""
    chance = np.random.default_rng(6)
    sound = np.zeros(SAMPLES, np.float32)
    for begin in chance.integers(0, SAMPLES - 400, 60):
        sound[begin : begin + 400] += (
            chance.standard_normal(400) * np.exp(-np.arange(400) / 60) * 0.5
        )
    return sound


SOUNDS: dict[str, Callable[[], Pcm]] = {
    "silence": lambda: np.zeros(SAMPLES, np.float32),
    "nearly silence": lambda: noise(1, 0) * np.float32(1e-3),
    "white noise": lambda: noise(2, 0) * np.float32(0.3),
    "pink noise": lambda: noise(3, 1) * np.float32(0.5),
    "brown noise": lambda: noise(4, 2) * np.float32(0.5),
    "hum": lambda: (0.3 * np.sin(2 * np.pi * 50 * TIME_S)).astype(np.float32),
    "tone": lambda: (0.3 * np.sin(2 * np.pi * 440 * TIME_S)).astype(np.float32),
    "sweep": lambda: (0.3 * np.sin(2 * np.pi * (100 + 150 * TIME_S) * TIME_S)).astype(np.float32),
    "music": chords,
    "breath": breath,
    "clicks": clicks,
}


@pytest.fixture(scope="module")
def engine(fixture_model: Path) -> Iterator[WhisperEngine]:
    model = WhisperModel(str(fixture_model), device="cpu", compute_type="int8", cpu_threads=1)
    yield WhisperEngine(model, name="fixture", device="cpu")
    model.model.unload_model()


@pytest.mark.parametrize("language", ["es", "en", None])
@pytest.mark.parametrize("sound", SOUNDS)
def test_it_yields_no_words(engine: WhisperEngine, sound: str, language: str | None) -> None:
    heard = recognise(engine, SOUNDS[sound](), SETTINGS, RecognitionOptions(language=language))
    assert not heard.finals
    assert not any(partial.text for partial in heard.partials)


@pytest.mark.parametrize(
    "sound",
    [sound for sound in SOUNDS if sound not in ("tone", "sweep", "music")],  # all vowel to a model
)
def test_a_fooled_voice_detector_is_put_right_by_the_guards(
    engine: WhisperEngine, sound: str
) -> None:
    heard = recognise(
        engine,
        SOUNDS[sound](),
        SETTINGS,
        RecognitionOptions(language="es"),
        detect=lambda samples: [0.9] * (len(samples) // FRAME_SAMPLES),
        block_ms=320,
    )
    assert not heard.finals
    assert not any(partial.text for partial in heard.partials)
