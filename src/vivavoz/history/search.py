"""[pure] How text is searched: folded terms, what a query asks for, where a text matches it.

The words of transcripts and of queries go through the same folding, so "cafe" finds "Café", and
both databases index the same terms. Every word of a query is taken as the beginning of a word, so
results appear while one types.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_QUERY_PHRASES = 16
MAX_TERM_LENGTH = 64

_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese: written without spaces, a term a character."""

_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"[{_NO_SPACES}]|(?:(?![{_NO_SPACES}])[^\W_]|[{_MARKS}])+")
_TERM = re.compile(rf"[{_NO_SPACES}]|(?:(?![{_NO_SPACES}])[^\W_])+")
_LEADING_CHARS = 50
_SNIPPET_CHARS = 200
BEGINNING_LENGTH = _SNIPPET_CHARS + 1
"""Characters of a text that its snippet needs where nothing was asked for."""

Phrase = tuple[str, ...]
"""Terms that follow one another; the last one is the beginning of a term."""


@dataclass(frozen=True, slots=True)
class SnippetPart:
    """A piece of a text, and whether it is what the query asked for."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """One term, and the characters of the text that it stands for."""

    term: str
    start: int
    end: int


def terms_of(text: str) -> list[str]:
    """The folded terms of a text, in order."""
    return [found.term for found in _find_terms(text)]


def phrases_of(query: str) -> list[Phrase]:
    """What a query asks for: all of these phrases; none when it holds no word."""
    phrases = (tuple(terms_of(word)) for word in query.split())
    return [phrase for phrase in phrases if phrase][:MAX_QUERY_PHRASES]


def snippet_of(text: str, phrases: Sequence[Phrase]) -> tuple[SnippetPart, ...]:
    """A few lines of ``text`` around its first match, or its beginning where there is none."""
    first = next(_matches(text, phrases), None)
    start = 0 if first is None else _word_start(text, first.start - _LEADING_CHARS)
    end = _word_end(text, start + _SNIPPET_CHARS)
    cut = text[start:end]
    marked = _marked(cut, phrases)
    if start > 0:
        marked.insert(0, SnippetPart("…", match=False))
    if end < len(text):
        marked.append(SnippetPart("…", match=False))
    return tuple(marked)


def _marked(text: str, phrases: Sequence[Phrase]) -> list[SnippetPart]:
    parts: list[SnippetPart] = []
    at = 0
    for found in _matches(text, phrases):
        if found.start < at:
            continue
        if found.start > at:
            parts.append(SnippetPart(text[at : found.start], match=False))
        parts.append(SnippetPart(text[found.start : found.end], match=True))
        at = found.end
    if at < len(text):
        parts.append(SnippetPart(text[at:], match=False))
    return parts


def _matches(text: str, phrases: Sequence[Phrase]) -> Iterator[_Found]:
    """Where a phrase is found, in order of its first character."""
    if not phrases:
        return
    longest = max(len(phrase) for phrase in phrases)
    window: list[_Found] = []
    for found in _find_terms(text):
        window.append(found)
        if len(window) == longest:
            yield from _match_at_start(window, phrases)
            window.pop(0)
    while window:
        yield from _match_at_start(window, phrases)
        window.pop(0)


def _match_at_start(window: Sequence[_Found], phrases: Sequence[Phrase]) -> Iterator[_Found]:
    ends = [
        window[len(phrase) - 1].end
        for phrase in phrases
        if len(phrase) <= len(window)
        and all(f.term == term for f, term in zip(window, phrase[:-1], strict=False))
        and window[len(phrase) - 1].term.startswith(phrase[-1])
    ]
    if ends:
        yield _Found(window[0].term, window[0].start, max(ends))


def _find_terms(text: str) -> Iterator[_Found]:
    for match in _WORD.finditer(text):
        for term in _fold(match.group()):
            yield _Found(term, match.start(), match.end())


@lru_cache(maxsize=8192)
def _fold(word: str) -> tuple[str, ...]:
    """A word without case and accents; a few characters, as ½, stand for more than one term."""
    if word.isascii():
        return (word.lower()[:MAX_TERM_LENGTH],)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    bare = re.sub(f"[{_MARKS}]", "", folded)
    return tuple(term[:MAX_TERM_LENGTH] for term in _TERM.findall(bare))


def _word_start(text: str, index: int) -> int:
    """The start of the first word after ``index``, 0 before the text."""
    if index <= 0:
        return 0
    space = text.find(" ", index, index + _LEADING_CHARS // 2)
    return index if space < 0 else space + 1


def _word_end(text: str, index: int) -> int:
    """The end of the last word before ``index``."""
    if index >= len(text):
        return len(text)
    space = text.rfind(" ", index - _LEADING_CHARS // 2, index)
    return index if space < 0 else space
