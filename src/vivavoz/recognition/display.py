"""What a reader sees after the last final: the hypotheses of all segments still open, in a row."""

from collections.abc import Iterable

from vivavoz.recognition.engine import SAMPLE_RATE_HZ
from vivavoz.recognition.outputs import Partial
from vivavoz.recognition.segment import Segment
from vivavoz.recognition.transcript import Word


class Display:
    """Remembers what is shown, so that only changes are said."""

    def __init__(self) -> None:
        self._shown: tuple[tuple[str, ...], int] = ((), 0)

    def clear(self) -> None:
        """A final took the place of what was shown."""
        self._shown = ((), 0)

    def refresh(self, segments: Iterable[Segment], now_sample: int) -> Partial | None:
        """The partial that shows ``segments``, if it differs from what is shown."""
        words: list[Word] = []
        stable = 0
        language = ("", 0.0)
        end_sample = 0
        for segment in segments:
            if stable == len(words):
                stable += len(segment.agreement.stable_words)
            words += segment.agreement.words
            language = segment.language or language
            end_sample = max(end_sample, segment.heard_sample)
        shown = (tuple(word.text for word in words), stable)
        if shown == self._shown:
            return None
        self._shown = shown
        end_sample = end_sample or now_sample
        now_s = end_sample / SAMPLE_RATE_HZ
        return Partial(
            words=tuple(words),
            stable_words=tuple(words[:stable]),
            start_s=words[0].start_s if words else now_s,
            end_s=max(words[-1].end_s, words[0].start_s) if words else now_s,
            language=language[0],
            language_probability=language[1],
            end_sample=end_sample,
        )
