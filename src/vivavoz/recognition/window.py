"""Which part of a segment its partials decode, so that long speech costs no more than short."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from vivavoz.recognition.engine import SAMPLE_RATE_HZ, AudioSource, Pcm
from vivavoz.recognition.joint import best_joint
from vivavoz.recognition.transcript import Word

_LONG_S = 5.0
_KEPT_S = 3.0
_MIN_CUT_S = 1.5
_FORCED_WORDS = 2
"""At least so many agreed words stay, for a decode to begin with: the cut may not be exact."""


@dataclass(frozen=True, slots=True)
class Window:
    """The audio of a segment from ``start_sample`` on, and the agreed words before it.

    ``source`` identifies that audio to the engine.
    """

    start_sample: int
    lead: tuple[Word, ...] = ()
    source: AudioSource = field(default_factory=AudioSource)

    @property
    def start_s(self) -> float:
        """Where it starts, in audio seconds."""
        return self.start_sample / SAMPLE_RATE_HZ

    def is_long(self, end_sample: int) -> bool:
        """Whether it should be shortened once the segment is heard up to there."""
        return end_sample - self.start_sample >= _LONG_S * SAMPLE_RATE_HZ

    def after(self, count: int) -> "Window":
        """The same without the segment's first ``count`` words, all of them before it."""
        return Window(self.start_sample, self.lead[count:], self.source)

    def shortened(self, stable_words: Sequence[Word], audio: Pcm) -> "Window":
        """A window that starts later, between two agreed words; itself if there is no such place.

        Args:
            stable_words: the segment's agreed words, those in the window with their true times.
            audio: the window's.
        """
        agreed = stable_words[len(self.lead) :]
        latest_s = self.start_s + len(audio) / SAMPLE_RATE_HZ - _KEPT_S
        early = sum(1 for _ in takewhile(lambda word: word.end_s <= latest_s, agreed))
        candidates = agreed[: max(min(early, len(agreed) - _FORCED_WORDS), 0) + 1]
        earliest_s = self.start_s + _MIN_CUT_S
        joint = best_joint(candidates, self.start_s, audio, earliest_s, is_urgent=True)
        if joint is None:
            return self
        return Window(self.start_sample + joint.sample, (*self.lead, *agreed[: joint.count]))
