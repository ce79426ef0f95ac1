"""A session's audio thread: chunks in, PCM with its speech probabilities out.

Decoders put out a packet at a time, some 20 ms. What comes of one chunk is gathered and delivered
at once, when the decoder is about to wait for the next: nothing comes later, and the event loop is
woken once a chunk.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vivavoz.audio.decoder import AudioDecoder
from vivavoz.audio.pcm import SAMPLE_RATE_HZ, Pcm
from vivavoz.audio.quality import QualityMeter
from vivavoz.vad.silero import SpeechDetector

_GATHER_SAMPLES = SAMPLE_RATE_HZ // 2
"""While much is waiting to be decoded, blocks are no longer than this."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioBlock:
    """Decoded audio that follows what came before it.

    ``probabilities`` belong to the 512-sample frames that it completes; ``quality_score`` is that
    of the whole session so far.
    """

    samples: Pcm
    probabilities: list[float]
    complete_sequence_number: int
    quality_score: float


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """A container stream was decoded to its end, or to where ``error`` stopped it."""

    error: Exception | None


class AudioThread:
    """Runs a session's decoders one after the other; voice activity goes on from one to the next.

    Args:
        deliver: told each block and each end of a stream, on the audio thread.
    """

    def __init__(self, deliver: Callable[[AudioBlock | StreamEnded], None]) -> None:
        self._deliver = deliver
        self._detector = SpeechDetector()
        self._quality = QualityMeter()
        self._decoders: queue.SimpleQueue[AudioDecoder | None] = queue.SimpleQueue()
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._aborted = False
        self._gathered: list[Pcm] = []
        self._complete_sequence_number = 0
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="vivavoz-audio", daemon=True)
        self._thread.start()

    def decode(self, decoder: AudioDecoder) -> None:
        """Run this decoder once those before it have ended."""
        self._decoders.put(decoder)

    def hold(self) -> None:
        """Decode no further until ``release``: recognition has enough to do."""
        self._may_go_on.clear()

    def release(self) -> None:
        """Go on."""
        self._may_go_on.set()

    def abort(self) -> None:
        """End the thread; the decoders must be aborted by their owner."""
        self._aborted = True
        self._may_go_on.set()
        self._decoders.put(None)

    def let_go(self) -> None:
        """Deliver what was gathered: the decoder is about to wait. On the audio thread."""
        try:
            self._flush()
        except Exception as failure:
            self._failure = failure  # raised where no foreign code lies between

    def _work(self) -> None:
        while (decoder := self._decoders.get()) is not None:
            error: Exception | None = None
            try:
                self._run(decoder)
            except Exception as failure:
                error = failure
            if self._aborted:
                return
            self._deliver(StreamEnded(error))
            del decoder

    def _run(self, decoder: AudioDecoder) -> None:
        for block in decoder.blocks():
            self._gathered.append(block.samples)
            self._complete_sequence_number = block.complete_sequence_number
            if sum(map(len, self._gathered)) >= _GATHER_SAMPLES:
                self._flush()
            if self._failure is not None:
                raise self._failure
            if self._aborted:
                return
        self._flush()

    def _flush(self) -> None:
        self._may_go_on.wait()
        if not self._gathered or self._aborted:
            return
        samples = np.concatenate(self._gathered)
        self._gathered.clear()
        self._quality.push(samples)
        self._deliver(
            AudioBlock(
                samples,
                self._detector.push(samples),
                self._complete_sequence_number,
                self._quality.score,
            )
        )
