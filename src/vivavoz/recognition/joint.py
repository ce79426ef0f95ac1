"""Where to part speech that has no pause: between two agreed words, where it is quietest."""

from collections.abc import Sequence

import numpy as np

from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm
from vivavoz.recognition.transcript import Word

_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
_SEARCH_SAMPLES = SAMPLE_RATE_HZ // 8
_FRAME_SAMPLES = SAMPLE_RATE_HZ // 100
_SENTENCE_BONUS_DB = 20.0


def best_joint(words: Sequence[Word], start_s: float, audio: Pcm, earliest_s: float) -> int | None:
    """After how many of the agreed ``words`` to part; none when no boundary is late enough.

    The end of a sentence is preferred, then quiet; the last word is never a candidate, so that
    agreed words remain to lead the next window.

    Args:
        words: agreed words, in session time.
        start_s: where ``audio`` starts, in session time.
        audio: the window.
        earliest_s: session time before which not to part.
    """
    best: tuple[float, int] | None = None
    for count in range(1, len(words)):
        word = words[count - 1]
        if word.end_s < earliest_s or words[count].start_s < word.end_s - 0.05:
            continue
        loudness_db = _loudness_db(audio, round((word.end_s - start_s) * SAMPLE_RATE_HZ))
        if word.text.endswith(_SENTENCE_ENDS):
            loudness_db -= _SENTENCE_BONUS_DB
        if best is None or loudness_db <= best[0]:
            best = (loudness_db, count)
    return None if best is None else best[1]


def quietest_sample(audio: Pcm, near: int, within: int = _SEARCH_SAMPLES) -> int:
    """The quietest point of ``audio`` at most ``within`` samples from ``near``."""
    first = max(near - within, 0)
    levels = _levels(audio[first : near + within])
    if len(levels) == 0:
        return min(near, len(audio))
    return first + int(np.argmin(levels)) * _FRAME_SAMPLES + _FRAME_SAMPLES


def _loudness_db(audio: Pcm, near: int) -> float:
    levels = _levels(audio[max(near - _SEARCH_SAMPLES, 0) : near + _SEARCH_SAMPLES])
    return 10.0 * float(np.log10(levels.min() + 1e-10)) if len(levels) else 0.0


def _levels(audio: Pcm) -> Pcm:
    """Mean power of 20 ms windows, one each 10 ms."""
    count = len(audio) // _FRAME_SAMPLES
    power = np.square(audio[: count * _FRAME_SAMPLES]).reshape(count, _FRAME_SAMPLES).mean(axis=1)
    levels: Pcm = (power[:-1] + power[1:]) / 2
    return levels
