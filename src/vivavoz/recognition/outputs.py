"""What a recogniser says, in the order in which a reader should see it."""

from dataclasses import dataclass

from vivavoz.recognition.transcript import Word, confidence_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """Words and where they are from. ``end_sample`` is the end of the newest audio that was decoded
    for them, so that latency is the age of that sample."""

    words: tuple[Word, ...]
    start_s: float
    end_s: float
    language: str
    language_probability: float
    end_sample: int

    @property
    def text(self) -> str:
        """The words as one line."""
        return text_of(self.words)

    @property
    def confidence(self) -> float:
        """Mean word probability weighted by duration, 0..1."""
        return confidence_of(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(_Text):
    """What was said since the last final, as believed now; takes the place of the partial before.

    ``stable_words`` are the leading words on which successive hypotheses agree. Empty ``words``
    clear what was shown.
    """

    stable_words: tuple[Word, ...]

    @property
    def stable_text(self) -> str:
        """The agreed words as one line: a prefix of ``text``."""
        return text_of(self.stable_words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(_Text):
    """Words that will never change; they also take the place of the present partial's beginning.

    A ``Partial`` follows at once when text after them was already shown.
    """


@dataclass(frozen=True, slots=True)
class Lost:
    """Speech whose final could not be decoded, twice; ``reason`` is the last error's sentence."""

    start_s: float
    end_s: float
    reason: str


Output = Partial | Final | Lost
