"""[pure] Text out of what was spoken or typed: on one line, or in paragraphs."""

import re
from collections.abc import Iterable
from typing import Protocol

PARAGRAPH_PAUSE_S = 2.0
"""A longer pause between two segments begins a paragraph."""

PARAGRAPH_WORDS = 120
"""So does the next segment after as many words without one."""

_BLANK_LINES = re.compile(r"\n\s*\n")


class Spoken(Protocol):
    """A stretch of speech; times are audio seconds."""

    @property
    def start_s(self) -> float:
        """When it begins."""

    @property
    def end_s(self) -> float:
        """When it ends."""

    @property
    def text(self) -> str:
        """What was said."""


def one_line(texts: Iterable[str]) -> str:
    """Texts one after the other, a space between them."""
    return " ".join(stripped for text in texts if (stripped := text.strip()))


def spoken_paragraphs(spoken: Iterable[Spoken]) -> list[str]:
    """What was said, in order, cut where nobody spoke for longer than ``PARAGRAPH_PAUSE_S``, and
    after ``PARAGRAPH_WORDS`` words; the page cuts what it shows live by the same rule."""
    paragraphs: list[list[str]] = []
    words = 0
    spoken_until_s = 0.0
    for each in spoken:
        if not each.text.strip():
            continue
        is_pause = each.start_s - spoken_until_s > PARAGRAPH_PAUSE_S
        if not paragraphs or is_pause or words >= PARAGRAPH_WORDS:
            paragraphs.append([])
            words = 0
        paragraphs[-1].append(each.text)
        words += len(each.text.split())
        spoken_until_s = max(spoken_until_s, each.end_s)
    return [one_line(paragraph) for paragraph in paragraphs]


def typed_paragraphs(text: str) -> list[str]:
    """A text that somebody typed, cut at its blank lines."""
    return [paragraph.strip() for paragraph in _BLANK_LINES.split(text) if paragraph.strip()]
