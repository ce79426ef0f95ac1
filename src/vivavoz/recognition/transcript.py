"""What recognition is made of: words and hypotheses, in audio seconds."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word.

    ``text`` is as the engine writes it, with the space before it where the language has one and
    its punctuation; times are seconds from the start of the session's audio; ``probability`` is
    0..1.
    """

    text: str
    start_s: float
    end_s: float
    probability: float

    def shifted(self, seconds: float) -> "Word":
        """The same word ``seconds`` later."""
        return Word(self.text, self.start_s + seconds, self.end_s + seconds, self.probability)


def text_of(words: Sequence[Word]) -> str:
    """The words as one line of text."""
    return "".join(word.text for word in words).strip()


def confidence_of(words: Sequence[Word]) -> float:
    """Mean word probability weighted by duration, 0..1; 0 for no words.

    A long word counts for more than a short one, so that the figure is the share of the spoken
    time that is believed to be right.
    """
    weights = [max(word.end_s - word.start_s, 0.01) for word in words]
    if not weights:
        return 0.0
    weighted = sum(w.probability * weight for w, weight in zip(words, weights, strict=True))
    return min(max(weighted / sum(weights), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What an engine believes was said in one stretch of audio."""

    words: tuple[Word, ...]
    language: str
    language_probability: float = 1.0

    @property
    def text(self) -> str:
        """The words as one line of text."""
        return text_of(self.words)
