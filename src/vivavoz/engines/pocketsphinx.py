"""The built-in English engine: PocketSphinx, which decodes frame by frame and needs no download."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Lock

import numpy as np
import numpy.typing as npt

from vivavoz.engines.sphinx_library import (
    FRAME_SAMPLES,
    SphinxDecoder,
    SphinxSegment,
    model_directory,
)
from vivavoz.errors import LanguageNotSupportedError, RecognitionFailedError
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.transcript import Hypothesis, Word

LANGUAGE = "en"

_PARAMETERS = {
    # One pass and the word lattice: the second pass doubles the wait at the end of an utterance
    # and made more errors. The lattice, at the first pass's language weight, gives posteriors.
    "fwdflat": "no",
    "bestpathlw": "6.5",
    # Bounds on the work of one frame, for the noisy moments.
    "maxhmmpf": "10000",
    "maxwpf": "50",
    "loglevel": "FATAL",
}
_CHANNEL_SAMPLES = 11_200
"""Audio (0.7 s) from which the channel is measured before the search begins."""
_PARTIAL_PROBABILITY = 0.6
"""Of the words of an utterance that has not ended, since the library has posteriors only then: the
mean that final words had on the tests' recordings."""

_VARIANT = re.compile(r"\(\d+\)$")
_NOT_WORDS = ("<", "[", "+")
_LONGEST_WORD_FRAMES = 200
"""Noise comes out as one short word stretched over all of it, with a posterior of 1."""


class PocketSphinxEngine:
    """English speech by PocketSphinx 5 with the model in its package. See ``StreamEngine``.

    Its text is in lower case without punctuation. Streams share nothing, not even the measure of
    the channel, so that an utterance decodes alike whatever came before it. A decoder holds 95 MB,
    and there are as many as utterances are open at once.
    """

    def __init__(self) -> None:
        self._pool = _DecoderPool(max_idle=os.cpu_count() or 1)

    @property
    def capabilities(self) -> EngineCapabilities:
        """The engine's facts."""
        return EngineCapabilities(
            name="pocketsphinx",
            model="en-us",
            device="cpu",
            languages=frozenset({LANGUAGE}),
            detects_language=False,
            takes_prompts=False,
        )

    def open_stream(self, options: RecognitionOptions) -> "PocketSphinxStream":
        """Begin an utterance; takes half a second when no decoder is idle.

        Raises:
            LanguageNotSupportedError: a language other than English was asked for.
        """
        if options.language not in (None, LANGUAGE):
            raise LanguageNotSupportedError(
                f"The built-in PocketSphinx engine knows English only, not `{options.language}`: "
                "start the server with a Whisper model "
                "(`vivavoz serve --engine whisper --model base`), or set the language to en.",
                language=options.language,
                languages=[LANGUAGE],
            )
        return PocketSphinxStream(self._pool)

    def warm_up(self) -> None:
        """Create the first decoder and run it over a second of silence. Blocks."""
        stream = self.open_stream(RecognitionOptions())
        stream.push(np.zeros(SAMPLE_RATE_HZ, np.float32))
        stream.finish()

    def close(self) -> None:
        """Free the decoders; those of open streams follow when their streams are closed."""
        self._pool.close()


class PocketSphinxStream:
    """One utterance. See ``EngineStream``.

    The first 0.7 s are held back until the channel has been measured on them, which takes a quarter
    off the word error rate on the tests' recordings.
    """

    def __init__(self, pool: "_DecoderPool") -> None:
        self._pool = pool
        self._decoder: SphinxDecoder | None = pool.take()
        self._is_searching = False
        self._held_back = np.zeros(0, np.int16)

    def push(self, audio: Pcm) -> None:
        """Decode more audio. Blocks, and lets other threads run."""
        samples = np.clip(audio * 32768.0, -32768, 32767).astype(np.int16)
        if self._is_searching:
            self._search(samples)
            return
        self._held_back = np.concatenate((self._held_back, samples))
        if len(self._held_back) >= _CHANNEL_SAMPLES:
            self._begin_search()

    def hypothesis(self) -> Hypothesis:
        """The best guess so far; takes a millisecond or two."""
        if not self._is_searching:
            return Hypothesis((), LANGUAGE)
        return Hypothesis(
            tuple(replace(word, probability=_PARTIAL_PROBABILITY) for word in _words(self._open())),
            LANGUAGE,
        )

    def finish(self) -> Hypothesis:
        """End the utterance and return its final hypothesis."""
        if not self._is_searching:
            self._begin_search()
        decoder = self._open()
        decoder.end_utterance()
        hypothesis = Hypothesis(tuple(_words(decoder)), LANGUAGE)
        self._is_searching = False
        self.close()
        return hypothesis

    def close(self) -> None:
        """Free the stream; safe to call twice and after ``finish``."""
        if self._decoder is None:
            return
        decoder, self._decoder = self._decoder, None
        if self._is_searching:
            with suppress(RecognitionFailedError):  # the pool keeps no decoder that has failed
                decoder.end_utterance()
        self._pool.give_back(decoder)

    def _begin_search(self) -> None:
        decoder = self._open()
        samples = self._held_back[:_CHANNEL_SAMPLES]
        if len(samples):
            decoder.adapt_to_channel(samples)
        decoder.start_utterance()
        self._is_searching = True
        self._search(self._held_back)
        self._held_back = self._held_back[:0]

    def _search(self, samples: npt.NDArray[np.int16]) -> None:
        if len(samples):
            self._open().process(samples)

    def _open(self) -> SphinxDecoder:
        if self._decoder is None:
            raise ValueError("The stream is finished or closed.")
        return self._decoder


class _DecoderPool:
    """Idle decoders, kept because creating one takes half a second."""

    def __init__(self, max_idle: int) -> None:
        self._max_idle = max_idle
        self._idle: list[SphinxDecoder] = []
        self._lock = Lock()

    def take(self) -> SphinxDecoder:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        model = model_directory()
        return SphinxDecoder(
            {
                "hmm": str(model / "en-us"),
                "lm": str(model / "en-us.lm.bin"),
                "dict": str(model / "cmudict-en-us.dict"),
                **_PARAMETERS,
            }
        )

    def give_back(self, decoder: SphinxDecoder) -> None:
        with self._lock:
            if len(self._idle) < self._max_idle and not decoder.has_failed:
                self._idle.append(decoder)
                return
        decoder.close()

    def close(self) -> None:
        with self._lock:
            self._max_idle = 0
            idle, self._idle = self._idle, []
        for decoder in idle:
            decoder.close()


def _words(decoder: SphinxDecoder) -> Iterator[Word]:
    return (_word(segment) for segment in decoder.segments() if _is_word(segment))


def _is_word(segment: SphinxSegment) -> bool:
    frames = segment.end_frame + 1 - segment.start_frame
    return not segment.word.startswith(_NOT_WORDS) and frames <= _LONGEST_WORD_FRAMES


def _word(segment: SphinxSegment) -> Word:
    return Word(
        text=" " + _VARIANT.sub("", segment.word),
        start_s=segment.start_frame * FRAME_SAMPLES / SAMPLE_RATE_HZ,
        end_s=(segment.end_frame + 1) * FRAME_SAMPLES / SAMPLE_RATE_HZ,
        probability=segment.posterior,
    )
