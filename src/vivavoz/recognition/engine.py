"""What an engine is. Two kinds exist, told apart by their methods:

- a **window engine** (Whisper) is stateless: audio, prefix and options in, words out, so that the
  same request can run in any thread or on another machine;
- a **stream engine** (PocketSphinx) keeps its state in a stream of its own per utterance and takes
  audio as it comes.

Audio is always float32 mono at 16 kHz, in -1..1, shape ``(samples,)``. Times inside requests and
results are seconds from the start of the audio handed over; the recogniser shifts them.
Engines are called from worker threads, several at once; they raise ``VivavozError`` for what they
foresee, and anything else fails that decode alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from vivavoz.recognition.transcript import Hypothesis, Word

SAMPLE_RATE_HZ = 16_000

Pcm = npt.NDArray[np.float32]
"""Mono PCM at 16 kHz, shape ``(samples,)``, in -1..1."""


@dataclass(frozen=True, slots=True)
class EngineCapabilities:
    """An engine's facts, as data.

    ``languages`` are ISO 639-1 codes; ``model`` is the name that a person chose; ``device`` is
    ``cpu`` or ``cuda``; ``batch_size`` is how many windows one call may take at once.
    """

    name: str
    model: str
    device: str
    languages: frozenset[str]
    detects_language: bool
    takes_prompts: bool
    batch_size: int = 1

    def only_language(self, options: "RecognitionOptions") -> tuple[str, float] | None:
        """The language that needs no detecting, and its probability, if there is one."""
        if options.language:
            return options.language, 1.0
        return (min(self.languages), 1.0) if len(self.languages) == 1 else None


@dataclass(frozen=True, slots=True)
class RecognitionOptions:
    """What one session asked for. ``language`` none means: detect, or the engine's only one."""

    language: str | None = None
    initial_prompt: str | None = None
    hotwords: str | None = None


class AudioSource:
    """The identity of a growing stretch of audio, nothing more."""

    __slots__ = ("__weakref__",)


@dataclass(frozen=True, slots=True, eq=False)
class DecodeRequest:
    """One window to decode.

    ``prefix`` are words already agreed on, which the decode must begin with; ``beam_size`` 1 is
    greedy; ``full_context`` asks for the model's whole window instead of one cut to the audio plus
    ``margin_s``, of at least ``floor_s``; without ``word_times`` the words may be spread evenly
    over the audio, which spares their alignment; ``max_new_tokens`` none lets the engine decide by
    duration. Requests with the same ``source`` begin with the same audio, only longer or shorter:
    an engine may keep what it computed from it for as long as the object lives.
    """

    purpose: Literal["partial", "final"]
    audio: Pcm
    options: RecognitionOptions
    prefix: tuple[Word, ...] = ()
    beam_size: int = 1
    full_context: bool = False
    word_times: bool = True
    max_new_tokens: int | None = None
    margin_s: float = 2.5
    floor_s: float = 10.0
    source: AudioSource | None = None

    @property
    def duration_s(self) -> float:
        """Length of the audio in seconds."""
        return len(self.audio) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class DecodeResult:
    """What came out of one window, with what the guards need to judge it.

    ``no_speech_probability`` and ``average_log_probability`` are the model's own;
    ``compression_ratio`` is the text's, high when it repeats itself; ``truncated`` says that the
    token limit cut it short; ``encoded_s`` and ``decoded_tokens`` are what it cost.
    """

    hypothesis: Hypothesis
    no_speech_probability: float = 0.0
    average_log_probability: float = 0.0
    compression_ratio: float = 0.0
    truncated: bool = False
    encoded_s: float = 0.0
    decoded_tokens: int = 0


class Engine(Protocol):
    """What both kinds share."""

    @property
    def capabilities(self) -> EngineCapabilities:
        """The engine's facts."""

    def warm_up(self) -> None:
        """Decode once so that the first session does not wait. Blocks."""

    def close(self) -> None:
        """Free the model."""


@runtime_checkable
class WindowEngine(Engine, Protocol):
    """Stateless: the same request gives the same result, in any thread."""

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """Decode windows, in order; at most ``capabilities.batch_size`` of one purpose. Blocks.

        Raises:
            LanguageNotSupportedError: a request names a language that the model does not know.
        """

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        """The most probable language of the audio and its probability. Blocks."""


class EngineStream(Protocol):
    """One utterance being decoded frame by frame. Used by one thread at a time."""

    def push(self, audio: Pcm) -> None:
        """Decode more audio. Blocks for about the real-time factor times its length."""

    def hypothesis(self) -> Hypothesis:
        """The best guess so far."""

    def finish(self) -> Hypothesis:
        """End the utterance and return its final hypothesis. The stream must not be used again."""

    def close(self) -> None:
        """Free the stream; safe to call twice and after ``finish``."""


@runtime_checkable
class StreamEngine(Engine, Protocol):
    """Streams natively."""

    def open_stream(self, options: RecognitionOptions) -> EngineStream:
        """Begin an utterance. Cheap after the first: decoders are pooled.

        Raises:
            LanguageNotSupportedError: the options name a language that the engine does not know.
        """
