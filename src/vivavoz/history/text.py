"""[pure] Text out of what was spoken or typed: on one line, or in paragraphs."""

import re
from collections.abc import Iterable
from typing import Protocol

PARAGRAPH_PAUSE_S = 2.0
"""A longer pause between two segments begins a paragraph."""

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
    """What was said, in order, cut where nobody spoke for longer than ``PARAGRAPH_PAUSE_S``."""
    paragraphs: list[list[str]] = []
    spoken_until_s = 0.0
    for each in spoken:
        if not each.text.strip():
            continue
        if not paragraphs or each.start_s - spoken_until_s > PARAGRAPH_PAUSE_S:
            paragraphs.append([])
        paragraphs[-1].append(each.text)
        spoken_until_s = max(spoken_until_s, each.end_s)
    return [one_line(paragraph) for paragraph in paragraphs]


def typed_paragraphs(text: str) -> list[str]:
    """A text that somebody typed, cut at its blank lines."""
    return [paragraph.strip() for paragraph in _BLANK_LINES.split(text) if paragraph.strip()]
