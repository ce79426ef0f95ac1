"""Engines for tests in which recognition is not the subject, and one engine for many servers."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    Engine,
    EngineCapabilities,
    EngineStream,
    Pcm,
    RecognitionOptions,
    StreamEngine,
)
from vivavoz.recognition.transcript import Hypothesis, Word
from vivavoz.runtime.loading import Progress
from vivavoz.settings import Settings

WORD_S = 0.5


class CountingEngine:
    """A stream engine that hears one word in each half second of an utterance: one, two, ..."""

    def __init__(self) -> None:
        self.open_streams = 0
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> EngineCapabilities:
        """It knows English only."""
        return EngineCapabilities(
            name="counting",
            model="half-seconds",
            device="cpu",
            languages=frozenset({"en"}),
            detects_language=False,
            takes_prompts=False,
        )

    def warm_up(self) -> None:
        """It is warm."""

    def close(self) -> None:
        """It holds nothing."""

    def open_stream(self, options: RecognitionOptions) -> "CountingStream":
        """Begin an utterance."""
        self.opened(1)
        return CountingStream(self)

    def opened(self, change: int) -> None:
        """Count the streams that are open."""
        with self._lock:
            self.open_streams += change


@dataclass
class CountingStream:
    """One utterance of a ``CountingEngine``."""

    engine: CountingEngine
    samples: int = 0
    is_open: bool = True

    def push(self, audio: Pcm) -> None:
        """Hear more."""
        self.samples += len(audio)

    def hypothesis(self) -> Hypothesis:
        """The words so far."""
        count = max(1, round(self.samples / SAMPLE_RATE_HZ / WORD_S))
        words = (
            Word(f" word{number}", (number - 1) * WORD_S, number * WORD_S, 0.9)
            for number in range(1, count + 1)
        )
        return Hypothesis(tuple(words), "en")

    def finish(self) -> Hypothesis:
        """The words in all."""
        hypothesis = self.hypothesis()
        self.close()
        return hypothesis

    def close(self) -> None:
        """Twice is once."""
        if self.is_open:
            self.is_open = False
            self.engine.opened(-1)


class SharedEngine:
    """A stream engine that outlives the servers which use it."""

    def __init__(self, engine: StreamEngine) -> None:
        self._engine = engine

    @property
    def capabilities(self) -> EngineCapabilities:
        """The engine's."""
        return self._engine.capabilities

    def warm_up(self) -> None:
        """Once for all servers."""
        self._engine.warm_up()

    def close(self) -> None:
        """Its owner closes the engine itself."""

    def open_stream(self, options: RecognitionOptions) -> EngineStream:
        """Begin an utterance."""
        return self._engine.open_stream(options)


@dataclass(frozen=True)
class Loaded:
    """An engine as a server gets it."""

    engine: Engine
    fallback_reason: str | None = None


def ready(engine: Engine) -> Callable[[Settings, Callable[[Progress], None]], Loaded]:
    """Loads at once."""
    return lambda _settings, _report: Loaded(engine)


@dataclass
class SlowLoading:
    """Loads its engine once ``may_finish`` is set."""

    engine: Engine
    may_finish: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _settings: Settings, _report: Callable[[Progress], None]) -> Loaded:
        self.may_finish.wait()
        return Loaded(self.engine)


def silence(seconds: float) -> bytes:
    """Raw 16-bit PCM at 16 kHz."""
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16).tobytes()
