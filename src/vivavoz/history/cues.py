"""[pure] Segments cut into subtitle cues that can be read: two lines, a few seconds each.

The measures are those of common subtitling guides: at most two lines of 42 columns (a wide East
Asian character takes two) and seven seconds, at least one second where there is room for it, and a
new cue after a pause or, once a line is full, after the end of a sentence.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

from vivavoz.history.transcripts import Segment

MAX_LINES = 2
MAX_LINE_COLUMNS = 42
MAX_CUE_MS = 7000
MIN_CUE_MS = 1000
_PAUSE_MS = 1000
_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines of text and the milliseconds of audio during which they are shown."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, with the space before it where there is one."""

    text: str
    start_ms: int
    end_ms: int


def cues_of(segments: Iterable[Segment]) -> list[Cue]:
    """The cues of segments in order: each ends after it starts and before the next one starts."""
    drafts = [
        Cue(group[0].start_ms, group[-1].end_ms, _wrapped(group))
        for segment in segments
        for group in _groups(_parts(segment))
    ]
    return list(_without_overlap(drafts))


def _parts(segment: Segment) -> list[Piece]:
    return [part for piece in pieces_of(segment) for part in _cut_to_line(piece)]


def pieces_of(segment: Segment) -> list[Piece]:
    """The segment's words, or, where its words do not spell its text, the text's words at times in
    proportion to their length."""
    text = " ".join(segment.text.split())
    words = [
        Piece(" " * word.text[:1].isspace() + word.text.strip(), _ms(word.start), _ms(word.end))
        for word in segment.words
        if word.text.strip()
    ]
    if "".join(word.text for word in words).strip() != text:
        words = _at_even_pace(text, _ms(segment.start_s), _ms(segment.end_s))
    return words


def _at_even_pace(text: str, start_ms: int, end_ms: int) -> list[Piece]:
    per_char_ms = (end_ms - start_ms) / max(len(text), 1)
    pieces = []
    at = 0
    for word in text.split(" ") if text else ():
        end = at + len(word)
        piece = Piece(
            f" {word}" if at else word,
            start_ms + round(at * per_char_ms),
            start_ms + round(end * per_char_ms),
        )
        pieces.append(piece)
        at = end + 1
    return pieces


def _cut_to_line(piece: Piece) -> Iterator[Piece]:
    """The piece, in parts where it is wider than a line."""
    rest, start_ms = piece.text, piece.start_ms
    while _columns(rest.strip()) > MAX_LINE_COLUMNS:
        length = _fitting_length(rest)
        end_ms = start_ms + (piece.end_ms - start_ms) * length // len(rest)
        yield Piece(rest[:length], start_ms, end_ms)
        rest, start_ms = rest[length:], end_ms
    yield Piece(rest, start_ms, piece.end_ms)


def _fitting_length(text: str) -> int:
    """How many characters of ``text`` fit a line."""
    widths = accumulate(_columns(char) for char in text)
    return sum(width <= MAX_LINE_COLUMNS for width in widths)


def _groups(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Runs of pieces that make one cue each."""
    group: list[Piece] = []
    for piece in pieces:
        if group and _needs_a_new_cue(group, piece):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _needs_a_new_cue(group: list[Piece], piece: Piece) -> bool:
    last = group[-1]
    return (
        piece.end_ms - group[0].start_ms > MAX_CUE_MS
        or piece.start_ms - last.end_ms >= _PAUSE_MS
        or len(_wrapped([*group, piece])) > MAX_LINES
        or (last.text.endswith(_SENTENCE_ENDS) and len(_wrapped(group)) == MAX_LINES)
    )


def _wrapped(pieces: Sequence[Piece]) -> tuple[str, ...]:
    lines: list[str] = []
    for piece in pieces:
        if lines and _columns(lines[-1] + piece.text) <= MAX_LINE_COLUMNS:
            lines[-1] += piece.text
        else:
            lines.append(piece.text.strip())
    return tuple(lines)


def _without_overlap(cues: Sequence[Cue]) -> Iterator[Cue]:
    """The cues, each shown long enough to be read where there is room, none over another."""
    shown_until_ms = 0
    for cue, following in zip_longest(cues, cues[1:]):
        start_ms = max(cue.start_ms, shown_until_ms)
        end_ms = max(cue.end_ms, start_ms + MIN_CUE_MS)
        if following is not None:
            end_ms = min(end_ms, following.start_ms)
        shown_until_ms = min(max(end_ms, start_ms + 1), start_ms + MAX_CUE_MS)
        yield Cue(start_ms, shown_until_ms, cue.lines)


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in {"W", "F"})
        for char in text
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
