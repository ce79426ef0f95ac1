"""[pure] An edited text at the times at which its words were spoken.

Words that were not touched keep their times. Where words were changed, the new ones share the span
of the old ones in proportion to their length; added words take the pause that they stand in.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from vivavoz.history.cues import pieces_of
from vivavoz.history.transcripts import Segment
from vivavoz.session.entities import RecognizedWord

_ADDED_WORD_MS = 400
"""How long an added word is shown at most, where there is room: a calm pace of speech."""

_HURRIED_WORD_MS = 150
"""With less room for each added word, the word before lends its own."""

_MAX_COMPARED_WORDS = 30_000
"""Of two longer texts only what they begin and end with alike is compared."""

# Scripts that put no spaces between words: each of their characters is a word here.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\s*(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)")
_NOT_LETTERS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, with the space before it where there is one, and the segment that it belongs to."""

    text: str
    start_ms: int
    end_ms: int
    segment: int


def edited_segments(segments: Sequence[Segment], text: str) -> list[Segment]:
    """The segments with the words of an edited text, each word at its time.

    Args:
        segments: what was recognised, in order.
        text: what somebody made of it.

    Returns:
        Segments in order whose words spell the text; their times never go back, nor beyond the end
        of the last.
    """
    spoken = _spoken(segments)
    written = _words(text)
    if not spoken:
        return []
    timed = _without_steps_back([word for run in _runs(spoken, written) for word in run])
    return [
        _segment(segments[number], list(words))
        for number, words in groupby(timed, key=lambda word: word.segment)
    ]


def _spoken(segments: Sequence[Segment]) -> list[_Word]:
    return [
        word
        for number, segment in enumerate(segments)
        for piece in pieces_of(segment)
        for word in _shared(_words(piece.text), piece.start_ms, piece.end_ms, number)
    ]


def _words(text: str) -> list[str]:
    found = (match[0] for match in _WORD.finditer(text.rstrip()))
    return [" " * word[0].isspace() + word.strip() for word in found]


def _runs(spoken: Sequence[_Word], written: Sequence[str]) -> Iterator[list[_Word]]:
    """The written words at their times, in runs that were kept, changed or added."""
    kept: list[_Word] = []
    for i1, i2, j1, j2 in _matched([word.text for word in spoken], written):
        new = written[j1:j2]
        if i2 - i1 == j2 - j1:
            pairs = zip(spoken[i1:i2], new, strict=True)
            run = [replace(old, text=text) for old, text in pairs]
        elif i1 == i2:
            until_ms = spoken[i1].start_ms if i1 < len(spoken) else spoken[-1].end_ms
            run = _added(kept, spoken[max(i1 - 1, 0)], new, until_ms)
        else:
            first, last = spoken[i1], spoken[i2 - 1]
            run = _shared(new, first.start_ms, last.end_ms, first.segment)
        yield kept
        kept = run
    yield kept


def _added(before: list[_Word], neighbour: _Word, new: Sequence[str], until_ms: int) -> list[_Word]:
    """Added words in the pause after those before, from which they take the last where the pause
    is too short for them."""
    if not before:  # of a text that begins with them
        end_ms = neighbour.start_ms
        return _shared(new, max(0, end_ms - _ADDED_WORD_MS * len(new)), end_ms, neighbour.segment)
    from_ms = before[-1].end_ms
    until_ms = max(from_ms, min(until_ms, from_ms + _ADDED_WORD_MS * len(new)))
    if until_ms - from_ms >= _HURRIED_WORD_MS * len(new):
        return _shared(new, from_ms, until_ms, neighbour.segment)
    lender = before.pop()
    return _shared([lender.text, *new], lender.start_ms, until_ms, lender.segment)


def _matched(spoken: Sequence[str], written: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Which spoken words became which written ones, from the first to the last: ranges of both."""
    old, new = [_key(word) for word in spoken], [_key(word) for word in written]
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    yield 0, head, 0, head
    if max(old_end, new_end) - head > _MAX_COMPARED_WORDS:
        yield head, old_end, head, new_end
    else:
        changes = SequenceMatcher(None, old[head:old_end], new[head:new_end])
        for _tag, i1, i2, j1, j2 in changes.get_opcodes():
            yield head + i1, head + i2, head + j1, head + j2
    yield old_end, len(old), new_end, len(new)


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))


def _key(word: str) -> str:
    """What makes it the same word: neither its case nor the marks around it."""
    return _NOT_LETTERS.sub("", word).casefold() or word.strip()


def _shared(words: Sequence[str], start_ms: int, end_ms: int, segment: int) -> list[_Word]:
    """Words that share a span in proportion to their length."""
    length = sum(map(len, words))
    shared, at = [], 0
    for text in words:
        begin_ms = start_ms + (end_ms - start_ms) * at // length
        at += len(text)
        shared.append(_Word(text, begin_ms, start_ms + (end_ms - start_ms) * at // length, segment))
    return shared


def _without_steps_back(words: Sequence[_Word]) -> Iterator[_Word]:
    """The words in the order of the text, none before or in an earlier segment than the last."""
    at_ms = segment = 0
    for word in words:
        segment = max(segment, word.segment)
        start_ms = max(word.start_ms, at_ms)
        at_ms = max(word.end_ms, start_ms)
        yield _Word(word.text, start_ms, at_ms, segment)


def _segment(spoken: Segment, words: Sequence[_Word]) -> Segment:
    return spoken.model_copy(
        update={
            "start_s": words[0].start_ms / 1000,
            "end_s": words[-1].end_ms / 1000,
            "text": "".join(word.text for word in words).strip(),
            "words": tuple(
                RecognizedWord(
                    text=word.text,
                    start=word.start_ms / 1000,
                    end=word.end_ms / 1000,
                    probability=spoken.confidence,
                )
                for word in words
            ),
        }
    )
