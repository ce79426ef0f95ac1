"""What a driver is, and how recordings are played at the pace at which they were spoken."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from vivavoz.benchmark.recording import Recording
from vivavoz.benchmark.score import View, words_of
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm

CHUNK_S = 0.1
TAIL_S = 2.0
"""Silence after the last word, since some servers only speak of what came before it."""


@dataclass(frozen=True, slots=True)
class ServerUnderTest:
    """Where the server's Python is, what it loads, where it listens.

    ``source``: checkout of a server that is no package. ``decoder``: the model once more, as a
    folder that ``pytorch_weights.py`` has written.
    """

    python: Path
    model: Path
    language: str
    port: int
    source: Path | None = None
    decoder: Path | None = None


class Driver(Protocol):
    """Starts one kind of server and dictates to it."""

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it."""

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> "Reader":
        """Play one recording to it, to the end; what a reader saw.

        Raises:
            RefusedError: the server says that it cannot serve this session.
            OSError, WebSocketException: the connection fails.
        """


class RefusedError(Exception):
    """The server has said why it does not transcribe."""


@dataclass(slots=True)
class Reader:
    """Notes the whole text in view each time it changes, by the recording's own clock."""

    started_s: float = field(default_factory=time.monotonic)
    views: list[View] = field(default_factory=list)

    def sees(self, text: str) -> None:
        """The whole text in view now, final and not."""
        words = words_of(text)
        if words != (self.views[-1].words if self.views else ()):
            self.views.append(View(time.monotonic() - self.started_s, words))


async def paced(recording: Recording, reader: Reader) -> AsyncIterator[Pcm]:
    """The recording and a tail of silence as float32 chunks, each when its last sample has been
    spoken; the reader's clock begins with the first."""
    silence = np.zeros(int(TAIL_S * SAMPLE_RATE_HZ), np.float32)
    audio = np.concatenate([recording.audio, silence])
    step = int(CHUNK_S * SAMPLE_RATE_HZ)
    reader.started_s = time.monotonic()
    for first in range(0, len(audio), step):
        chunk = audio[first : first + step]
        due_s = reader.started_s + (first + len(chunk)) / SAMPLE_RATE_HZ
        await asyncio.sleep(max(due_s - time.monotonic(), 0))
        yield chunk


def as_pcm16(chunk: Pcm) -> bytes:
    """Little-endian 16-bit PCM."""
    pcm: bytes = (np.clip(chunk, -1, 1) * 32767).astype("<i2").tobytes()
    return pcm
