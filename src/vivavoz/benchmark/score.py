"""[pure] What a reader saw, and when, against what was said, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from vivavoz.recognition.agreement import normalised


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of the reference and when it ends, in seconds of audio."""

    text: str
    end_s: float


@dataclass(frozen=True, slots=True)
class View:
    """All text that a reader sees from ``time_s`` on, as words."""

    time_s: float
    words: tuple[str, ...]


@dataclass(slots=True)
class Score:
    """The figures of one recording.

    ``latencies_s``: for each reference word that ends up right, from its end until it is shown and
    stays. ``changed_words``: words shown and later changed or removed.
    """

    reference_words: int
    word_errors: int
    latencies_s: list[float] = field(default_factory=list)
    changed_words: int = 0
    final_words: int = 0
    first_shown_s: float | None = None


def words_of(text: str) -> tuple[str, ...]:
    """A text's words without case and punctuation."""
    return tuple(word for word in map(normalised, text.split()) if word)


def score(reference: Sequence[SpokenWord], views: Sequence[View]) -> Score:
    """Score one recording; the last view is the final transcript."""
    final = views[-1].words if views else ()
    spoken = tuple(normalised(word.text) for word in reference)
    pairs = aligned(spoken, final)
    right = [(r, h) for r, h in pairs if r is not None and h is not None and spoken[r] == final[h]]
    settled = _settled_since(views)
    return Score(
        reference_words=len(spoken),
        word_errors=len(pairs) - len(right),
        latencies_s=[settled[h] - reference[r].end_s for r, h in right],
        changed_words=sum(
            _changed(earlier.words, later.words) for earlier, later in pairwise(views)
        ),
        final_words=len(final),
        first_shown_s=next((view.time_s for view in views if view.words), None),
    )


def aligned(first: Sequence[str], second: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Index pairs of the cheapest edit from ``first`` to ``second`` (Levenshtein); equal words,
    substitutions, deletions (none in second) and insertions (none in first)."""
    rows = [list(range(len(second) + 1))]
    for i, word in enumerate(first, start=1):
        row = [i]
        for j, other in enumerate(second, start=1):
            substituted = rows[-1][j - 1] + (word != other)
            row.append(min(substituted, rows[-1][j] + 1, row[-1] + 1))
        rows.append(row)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(first), len(second)
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + (first[i - 1] != second[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the values lie; nan for none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _settled_since(views: Sequence[View]) -> list[float]:
    """For each word of the last view, since when every view has had it at its place."""
    if not views:
        return []
    final = views[-1].words
    since = [views[-1].time_s] * len(final)
    alive = set(range(len(final)))
    for view in reversed(views):
        alive = {k for k in alive if k < len(view.words) and view.words[k] == final[k]}
        for k in alive:
            since[k] = view.time_s
    return since


def _changed(earlier: Sequence[str], later: Sequence[str]) -> int:
    """How many words of ``earlier`` are not in their order in ``later``."""
    common = 0
    for one, other in zip(earlier, later, strict=False):
        if one != other:
            break
        common += 1
    pairs = aligned(earlier[common:], later[common:])
    return sum(
        1
        for i, j in pairs
        if i is not None and (j is None or earlier[common + i] != later[common + j])
    )
