"""Where to part speech that has no pause, and how the parts fit together again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vivavoz.recognition.agreement import normalised
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm
from vivavoz.recognition.transcript import Word

_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
_FRAME_SAMPLES = SAMPLE_RATE_HZ // 100
_SEARCH_S = 0.06
"""Words are aligned to some 30 ms; farther off, the closure of a stop consonant may be as quiet as
the gap between two words."""
_EDGE_WORDS = 3
_GOOD_GAP_DB = -30.0
"""A gap so far below the window's loudness is a pause, if a short one."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Part at ``sample`` of the window, after ``count`` words."""

    count: int
    sample: int


def best_joint(
    words: Sequence[Word], start_s: float, audio: Pcm, earliest_s: float, *, is_urgent: bool
) -> Joint | None:
    """The best place to part between two of the agreed ``words``; none when there is no good one.

    The end of a sentence is good, the later the better, and so is a gap that is nearly silent. If
    it ``is_urgent`` the quietest boundary will do. The last word is never a candidate, so that
    agreed words remain to lead the next window.

    Args:
        words: agreed words, in session time.
        start_s: where ``audio`` starts, in session time.
        audio: the window.
        earliest_s: session time before which not to part.
        is_urgent: whether the window is about to pass its limit.
    """
    loudness_db = _decibels(float(np.square(audio).mean())) if len(audio) else 0.0
    best: tuple[tuple[bool, float], Joint] | None = None
    for count, word in enumerate(words[:-1], start=1):
        if word.end_s < earliest_s:
            continue
        sample, gap_db = _quietest(audio, round((word.end_s - start_s) * SAMPLE_RATE_HZ))
        gap_db -= loudness_db
        ends_sentence = word.text.endswith(_SENTENCE_ENDS)
        if not (ends_sentence or is_urgent or gap_db < _GOOD_GAP_DB):
            continue
        rank = not ends_sentence, -word.end_s if ends_sentence else gap_db
        if best is None or rank <= best[0]:
            best = (rank, Joint(count, sample))
    return None if best is None else best[1]


def quietest_sample(audio: Pcm, within: int) -> int:
    """The quietest point of the last ``within`` samples of ``audio``."""
    first = max(len(audio) - within, 0)
    levels = _levels(audio[first:])
    return first + (int(np.argmin(levels)) + 1) * _FRAME_SAMPLES if len(levels) else len(audio)


def ending_as(agreed: Sequence[Word], words: tuple[Word, ...]) -> tuple[Word, ...]:
    """``words``, decoded anew up to a joint, made to end with the words agreed on before it.

    The cut may have taken the sound of the last word, or left a piece of the next.
    """
    match = _last_match(words, agreed)
    return words if match is None else words[: match[0] + 1] + tuple(agreed[match[1] + 1 :])


def beginning_as(agreed: Sequence[Word], words: tuple[Word, ...]) -> tuple[Word, ...]:
    """``words``, decoded anew from a joint on, made to begin with the words agreed on after it."""
    match = _last_match(words[::-1], agreed[::-1])
    if match is None:
        return words
    return tuple(agreed[: len(agreed) - match[1] - 1]) + words[len(words) - match[0] - 1 :]


def _last_match(words: Sequence[Word], agreed: Sequence[Word]) -> tuple[int, int] | None:
    """Where, close to their ends, both have the same word."""
    for j in range(len(agreed) - 1, max(len(agreed) - 1 - _EDGE_WORDS, -1), -1):
        for i in range(len(words) - 1, max(len(words) - 1 - _EDGE_WORDS, -1), -1):
            if normalised(words[i].text) == normalised(agreed[j].text):
                return i, j
    return None


def _quietest(audio: Pcm, near: int) -> tuple[int, float]:
    """The sample near ``near`` that is best to cut at, and how loud it is there, in decibels."""
    reach = round(_SEARCH_S * SAMPLE_RATE_HZ)
    first = max(near - reach, 0)
    levels = _levels(audio[first : near + reach])
    if len(levels) == 0:
        return min(near, len(audio)), 0.0
    samples = first + (np.arange(len(levels)) + 1) * _FRAME_SAMPLES
    best = int(np.argmin(levels))
    return int(samples[best]), _decibels(float(levels[best]))


def _levels(audio: Pcm) -> Pcm:
    """Mean power of 20 ms windows, one each 10 ms."""
    count = len(audio) // _FRAME_SAMPLES
    power = np.square(audio[: count * _FRAME_SAMPLES]).reshape(count, _FRAME_SAMPLES).mean(axis=1)
    levels: Pcm = (power[:-1] + power[1:]) / 2
    return levels


def _decibels(power: float) -> float:
    return 10.0 * float(np.log10(power + 1e-10))
