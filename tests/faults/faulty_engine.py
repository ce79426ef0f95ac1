"""A real engine that misbehaves when it is told to."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from vivavoz.recognition.engine import (
    DecodeRequest,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    WindowEngine,
)


@dataclass
class FaultyEngine:
    """Does ``fault`` in place of the final decodes whose numbers, from 1, are in ``finals``.

    A fault is one of its methods ``raises``, ``hangs``, until ``release``, and ``kills``.
    """

    engine: WindowEngine
    fault: str
    finals: range
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: Iterator[int] = field(default_factory=lambda: count(1))
    _released: threading.Event = field(default_factory=threading.Event)

    @property
    def capabilities(self) -> EngineCapabilities:
        """The real engine's."""
        return self.engine.capabilities

    def warm_up(self) -> None:
        """It is warm."""

    def close(self) -> None:
        """Its owner closes the engine itself."""

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        """As the real engine."""
        return self.engine.detect_language(audio)

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """As the real engine, unless a final's turn has come."""
        finals = sum(request.purpose == "final" for request in requests)
        with self._lock:
            numbers = [next(self._count) for _ in range(finals)]
        if any(number in self.finals for number in numbers):
            misbehave: Callable[[], None] = getattr(self, self.fault)
            misbehave()
        return self.engine.decode(requests)

    def raises(self) -> None:
        """The decode fails."""
        raise RuntimeError("the engine broke")

    def hangs(self) -> None:
        """The decode does not come back."""
        self._released.wait()

    def kills(self) -> None:
        """The decode ends its thread."""
        raise SystemExit("the engine ended its thread")

    def release(self) -> None:
        """End what hangs."""
        self._released.set()
