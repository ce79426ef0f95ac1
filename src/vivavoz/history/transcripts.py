"""[pure] What the history hands out: a transcript, its segments, a page of a list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from vivavoz.history.search import SnippetPart
from vivavoz.session.entities import RecognizedWord

MAX_TITLE_LENGTH = 200
_AUTOMATIC_TITLE_LENGTH = 60


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Segment(_Kept):
    """One final result; times are audio seconds from the start of the session."""

    result_id: UUID
    sequence_number: int
    start_s: float
    end_s: float
    text: str
    confidence: float
    language: str
    words: tuple[RecognizedWord, ...]


class TranscriptSummary(_Kept):
    """A transcript without its text; ``duration_s`` is seconds of audio."""

    id: UUID
    title: str
    language: str | None
    engine: str | None
    model: str | None
    started_at: datetime
    finished_at: datetime
    duration_s: float
    word_count: int
    file_name: str


class ListedTranscript(TranscriptSummary):
    """A transcript in a list; ``snippet`` is its beginning, or where the search matched."""

    snippet: tuple[SnippetPart, ...]


class Transcript(TranscriptSummary):
    """A finished transcript with everything that was kept of it."""

    text: str
    metadata: dict[str, Any]
    segments: tuple[Segment, ...]


class TranscriptPage(_Kept):
    """A stretch of the list, newest first; ``total`` counts all that match."""

    items: tuple[ListedTranscript, ...]
    total: int
    limit: int
    offset: int


def automatic_title(text: str) -> str:
    """The first words of a text, for a transcript that nobody named yet."""
    line = " ".join(text.split())
    if len(line) <= _AUTOMATIC_TITLE_LENGTH:
        return line
    cut = line[:_AUTOMATIC_TITLE_LENGTH]
    return f"{cut.rpartition(' ')[0] or cut}…"
