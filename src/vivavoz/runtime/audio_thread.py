"""A session's audio thread: chunks in, PCM with its speech probabilities out.

Each session has a thread, because FFmpeg's demuxers wait for bytes where they stand, but only a
few threads work at a time: packets are small, libraries let go of the interpreter for each, and
with dozens of threads at it most of the time would go into handing the interpreter round, the event
loop waiting in the queue.
"""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vivavoz.audio.decoder import AudioDecoder
from vivavoz.audio.levels import LevelMeter, Levels
from vivavoz.audio.pcm import DecodedAudio, Pcm
from vivavoz.runtime.turnstile import Turnstile
from vivavoz.vad.silero import SpeechDetector

_turnstile = Turnstile(max(1, (os.cpu_count() or 1) // 2))
"""One for the process, as the interpreter's lock is."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioBlock:
    """Decoded audio that follows what came before it.

    ``probabilities`` belong to the 512-sample frames that it completes, ``levels`` to those of
    10 ms.
    """

    samples: Pcm
    probabilities: list[float]
    complete_sequence_number: int
    levels: Levels


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """A container stream was decoded to its end, or to where ``error`` stopped it."""

    error: Exception | None


class AudioThread:
    """Runs a session's decoders one after the other; voice activity goes on from one to the next.
    It is the ``AudioSink`` of each.

    Args:
        deliver: told each block and each end of a stream, on the audio thread.
    """

    def __init__(self, deliver: Callable[[AudioBlock | StreamEnded], None]) -> None:
        self._deliver = deliver
        self._detector = SpeechDetector()
        self._levels = LevelMeter()
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
            _turnstile.enter()
            try:
                decoder.run()
            except Exception as failure:
                error = failure
            finally:
                _turnstile.leave()
            if self._aborted:
                return
            self._deliver(StreamEnded(error))
            del decoder

    # --- what a decoder calls -----------------------------------------------------------------

    def heard(self, audio: DecodedAudio) -> None:
        """The next audio, in a block of its own."""
        if self._aborted:
            return
        self._deliver(
            AudioBlock(
                audio.samples,
                self._detector.push(audio.samples),
                audio.complete_sequence_number,
                self._levels.push(audio.samples),
            )
        )

    @contextmanager
    def resting(self) -> Iterator[None]:
        """While the decoder rests, others work."""
        with _turnstile.outside():
            yield
            self._may_go_on.wait()
