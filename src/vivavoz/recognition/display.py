"""What a reader sees: finals, and after them the hypotheses of all segments still open."""

from vivavoz.recognition.engine import SAMPLE_RATE_HZ
from vivavoz.recognition.outputs import Final, Output, Partial
from vivavoz.recognition.speech import Speech
from vivavoz.recognition.transcript import Word


class Display:
    """Remembers what is shown, so that only changes are said."""

    def __init__(self) -> None:
        self._shown: tuple[tuple[str, ...], int] = ((), 0)
        self._language = ("", 0.0)

    def refresh(self, speech: Speech) -> list[Output]:
        """The finals that are due, in the order of speech, then the new partial if it differs.

        Decided segments are removed from ``speech``.
        """
        said: list[Output] = []
        for segment in speech.take_decided():
            if segment.outcome is not None:
                said.append(segment.outcome)
            if isinstance(segment.outcome, Final):
                self._shown = ((), 0)
        partial = self._partial(speech)
        shown = (tuple(word.text for word in partial.words), len(partial.stable_words))
        if shown != self._shown:
            self._shown = shown
            said.append(partial)
        return said

    def _partial(self, speech: Speech) -> Partial:
        words: list[Word] = []
        stable = 0
        end_sample = speech.settled_sample
        for segment in speech.segments:
            if stable == len(words):
                stable += len(segment.agreement.stable_words)
            words += segment.agreement.words
            self._language = segment.language or self._language
            end_sample = max(end_sample, segment.heard_sample)
        end_s = end_sample / SAMPLE_RATE_HZ
        return Partial(
            words=tuple(words),
            stable_words=tuple(words[:stable]),
            start_s=words[0].start_s if words else end_s,
            end_s=max(words[-1].end_s, words[0].start_s) if words else end_s,
            language=self._language[0],
            language_probability=self._language[1],
            end_sample=end_sample,
        )
