"""Human speech as chunks of raw PCM."""

import wave
from collections.abc import Iterable
from pathlib import Path

from tests.live.engines import silence

CHUNK_BYTES = 8000
"""A quarter of a second."""


def pcm_of(path: Path) -> bytes:
    """The samples of a 16 kHz mono WAV file."""
    with wave.open(str(path), "rb") as wav:
        return wav.readframes(wav.getnframes())


def spoken(folder: Path, names: Iterable[str], *, pause_s: float = 0.8) -> list[bytes]:
    """These recordings with silence around each, in chunks of a quarter of a second."""
    pause = silence(pause_s)
    return chunks_of(pause + b"".join(pcm_of(folder / f"{name}.wav") + pause for name in names))


def chunks_of(audio: bytes, size: int = CHUNK_BYTES) -> list[bytes]:
    """The audio cut into pieces."""
    return [audio[start : start + size] for start in range(0, len(audio), size)]
