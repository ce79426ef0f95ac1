"""What the browser's microphone hears: a WAV file put together from recordings and silences."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MICROPHONE_RATE_HZ = 48_000


def write_microphone(target: Path, *parts: Path | float) -> Path:
    """Write what the microphone hears: recordings, and silences of so many seconds."""
    samples = [_read(part) if isinstance(part, Path) else _silence(part) for part in parts]
    return _write(target, np.concatenate(samples))


def _write(target: Path, samples: NDArray[np.float64]) -> Path:
    with wave.open(str(target), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(_MICROPHONE_RATE_HZ)
        wav.writeframes(samples.astype("<i2").tobytes())
    return target


def write_hum(target: Path) -> Path:
    """Write a microphone that hears half a minute of a quiet hum."""
    times_s = np.arange(30 * _MICROPHONE_RATE_HZ) / _MICROPHONE_RATE_HZ
    return _write(target, 3000 * np.sin(2 * np.pi * 150 * times_s))


def _silence(seconds: float) -> NDArray[np.float64]:
    return np.zeros(int(seconds * _MICROPHONE_RATE_HZ))


def _read(path: Path) -> NDArray[np.float64]:
    with wave.open(str(path), "rb") as wav:
        rate_hz = wav.getframerate()
        samples = np.frombuffer(wav.readframes(wav.getnframes()), dtype="<i2").astype(float)
    times_s = np.arange(0, len(samples) / rate_hz, 1 / _MICROPHONE_RATE_HZ)
    resampled: NDArray[np.float64] = np.interp(times_s, np.arange(len(samples)) / rate_hz, samples)
    return resampled
