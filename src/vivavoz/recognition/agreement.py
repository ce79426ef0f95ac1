"""Which words successive hypotheses agree on.

LocalAgreement-2 of Macháček, Dabre and Bojar, "Turning Whisper into Real-Time Transcription System"
(2023, arXiv 2307.14743): a word is stable once two consecutive hypotheses have it at the same
place, with all words before it.
"""

from collections.abc import Sequence
from itertools import takewhile

from vivavoz.recognition.transcript import Word


def normalised(text: str) -> str:
    """The word without case, spaces and punctuation, for comparing."""
    return "".join(character for character in text.casefold() if character.isalnum())


def common_prefix(first: Sequence[Word], second: Sequence[Word]) -> int:
    """How many leading words two hypotheses share, to the letter."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].text == pair[1].text, pairs))


class LocalAgreement:
    """The hypotheses of one stretch of audio: the newest, and how much of it is stable."""

    def __init__(self) -> None:
        self._words: tuple[Word, ...] = ()
        self._stable = 0

    @property
    def words(self) -> tuple[Word, ...]:
        """The newest hypothesis."""
        return self._words

    @property
    def stable_words(self) -> tuple[Word, ...]:
        """Its leading words that are agreed on."""
        return self._words[: self._stable]

    def update(self, words: tuple[Word, ...]) -> None:
        """Take the next hypothesis. What it shares with the one before is stable.

        A hypothesis that was not made to begin with the stable words may contradict them; then
        fewer are stable.
        """
        self._stable = common_prefix(self._words, words)
        self._words = words

    def split(self, count: int) -> "LocalAgreement":
        """Keep the first ``count`` words; the agreement on the rest is returned."""
        rest = LocalAgreement()
        rest._words = self._words[count:]
        rest._stable = max(self._stable - count, 0)
        self._words = self._words[:count]
        return rest
