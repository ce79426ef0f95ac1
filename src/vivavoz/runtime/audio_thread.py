"""A session's audio thread: chunks in, PCM with its speech probabilities out."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from vivavoz.audio.decoder import AudioDecoder
from vivavoz.audio.quality import QualityMeter
from vivavoz.recognition.engine import Pcm
from vivavoz.vad.silero import SpeechDetector


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

    def _work(self) -> None:
        while (decoder := self._decoders.get()) is not None:
            error: Exception | None = None
            try:
                for block in decoder.blocks():
                    self._may_go_on.wait()
                    if self._aborted:
                        return
                    self._quality.push(block.samples)
                    self._deliver(
                        AudioBlock(
                            block.samples,
                            self._detector.push(block.samples),
                            block.complete_sequence_number,
                            self._quality.score,
                        )
                    )
            except Exception as failure:
                error = failure
            self._deliver(StreamEnded(error))
            del decoder
