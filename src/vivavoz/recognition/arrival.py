"""When words were said, as far as it is known without aligning them with the audio."""

from collections.abc import Sequence
from dataclasses import replace

from vivavoz.recognition.agreement import common_prefix
from vivavoz.recognition.transcript import Word


def timed_by_arrival(
    words: Sequence[Word], known: Sequence[Word], start_s: float, end_s: float
) -> tuple[Word, ...]:
    """The newest hypothesis with its words at the time when they were first heard.

    What it shares with the hypothesis before keeps its times; the new words share what was heard
    since, each as much as its length in letters. So a word is off by an interval between two
    hypotheses at most, as long as it is there in the first one that can have it.

    Args:
        words: the newest hypothesis; its own times mean nothing.
        known: the one before.
        start_s: where their audio starts, in session time.
        end_s: the end of the audio heard for ``words``.
    """
    count = common_prefix(words, known)
    kept = [
        replace(old, probability=new.probability)
        for old, new in zip(known[:count], words[:count], strict=True)
    ]
    new_words = words[count:]
    now_s = kept[-1].end_s if kept else start_s
    letters = sum(len(word.text) for word in new_words)
    share_s = max(end_s - now_s, 0.0) / max(letters, 1)
    for word in new_words:
        began_s, now_s = now_s, now_s + share_s * len(word.text)
        kept.append(Word(word.text, began_s, now_s, word.probability))
    return tuple(kept)
