"""Decoders at work: fed in pieces, at once or as a session does."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from tests.unit.audio.recordings import Recording
from vivavoz.audio.decoder import AudioDecoder
from vivavoz.audio.formats import parse_mime_type
from vivavoz.audio.pcm import DecodedAudio, Pcm
from vivavoz.audio.sink import AudioSink
from vivavoz.errors import InvalidFormatError

RecordingOf = Callable[[str], Recording]
CUTS = st.lists(st.floats(0, 1), max_size=12)


class Sink:
    """An ``AudioSink`` that keeps what comes."""

    def __init__(self) -> None:
        self.blocks: list[DecodedAudio] = []

    def heard(self, audio: DecodedAudio) -> None:
        self.blocks.append(audio)

    @contextmanager
    def resting(self) -> Iterator[None]:
        yield


def opened(mime_type: str, sink: AudioSink | None = None) -> AudioDecoder:
    """A decoder of what is announced so."""
    return AudioDecoder(parse_mime_type(mime_type), sink or Sink())


def decode(mime_type: str, chunks: Iterable[bytes], first: int = 1) -> list[DecodedAudio]:
    """All blocks of a stream whose chunks are all there."""
    sink = Sink()
    decoder = opened(mime_type, sink)
    for number, chunk in enumerate(chunks, first):
        decoder.feed(chunk, number)
    decoder.end()
    decoder.run()
    return sink.blocks


def split(data: bytes, cuts: Sequence[float]) -> list[bytes]:
    """``data`` cut at those fractions of its length, without empty pieces."""
    edges = sorted({0, *(int(cut * len(data)) for cut in cuts), len(data)})
    return [data[start:end] for start, end in pairwise(edges)]


def joined(blocks: Iterable[DecodedAudio]) -> Pcm:
    """All samples of the blocks."""
    return np.concatenate([block.samples for block in blocks])


class Listener(Sink, threading.Thread):
    """Runs a decoder as a session does, and keeps what comes."""

    def __init__(self, mime_type: str) -> None:
        Sink.__init__(self)
        threading.Thread.__init__(self)
        self.decoder = opened(mime_type, self)
        self.error: Exception | None = None
        self.start()

    @property
    def out_samples(self) -> int:
        return sum(len(block.samples) for block in self.blocks)

    @property
    def complete_sequence_number(self) -> int:
        return self.blocks[-1].complete_sequence_number if self.blocks else 0

    def run(self) -> None:
        try:
            self.decoder.run()
        except InvalidFormatError as error:
            self.error = error

    def hears(self, out_samples: int, complete_sequence_number: int) -> bool:
        """Whether so much comes out within some seconds without anything more being fed."""
        return self._becomes(
            lambda: (
                self.out_samples >= out_samples
                and self.complete_sequence_number >= complete_sequence_number
            )
        )

    def takes_all(self) -> bool:
        """Whether everything fed is taken within some seconds."""
        return self._becomes(lambda: self.decoder.pending_chunks == 0)

    def _becomes(self, condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 30
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.001)
        return condition()

    def finish(self) -> None:
        self.join(30)
        assert not self.is_alive()
