"""[pure] What the history hands out: a transcript, its segments, a page of a list."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, computed_field

from vivavoz.history.search import SnippetPart
from vivavoz.history.text import one_line, spoken_paragraphs, typed_paragraphs
from vivavoz.session.entities import SOURCE_FILE, RecognizedWord, TranscriptionResult

_AUTOMATIC_TITLE_LENGTH = 60


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


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

    @classmethod
    def of(cls, result: TranscriptionResult) -> Self:
        """What is kept of a result."""
        return cls(
            result_id=result.result_id,
            sequence_number=result.sequence_number,
            start_s=result.start_time,
            end_s=result.end_time,
            text=result.text_content,
            confidence=result.confidence,
            language=result.language,
            words=result.words,
        )


class TranscriptSummary(_Kept):
    """A transcript without its text.

    ``duration_s`` is seconds of audio; ``edited_at`` is none for a text that is as it was
    recognised.
    """

    id: UUID
    title: str
    language: str | None
    engine: str | None
    model: str | None
    started_at: datetime
    finished_at: datetime
    edited_at: datetime | None = None
    duration_s: float
    word_count: int
    file_name: str
    source_file: str | None = None


class ListedTranscript(TranscriptSummary):
    """A transcript in a list; ``snippet`` is its beginning, or where the search matched."""

    snippet: tuple[SnippetPart, ...]


class Transcript(TranscriptSummary):
    """A finished transcript with everything that was kept of it.

    ``text`` is what is shown, searched and exported: one line, or whatever lines somebody edited.
    ``segments`` are as they were recognised.
    """

    text: str
    metadata: dict[str, Any]
    segments: tuple[Segment, ...]

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def original_text(self) -> str:
        """The text as it was recognised, on one line."""
        return one_line(segment.text for segment in self.segments)

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text cut at long pauses, or, if it was edited, at its blank lines."""
        if self.edited_at is None:
            return tuple(spoken_paragraphs(self.segments))
        return tuple(typed_paragraphs(self.text))


class Affected(_Kept):
    """What became of several transcripts: those that it was done to, those that there are none of.

    Each id is in one of both, once, in the order given.
    """

    done: tuple[UUID, ...]
    missing: tuple[UUID, ...]


class TranscriptPage(_Kept):
    """A stretch of the list, newest first; ``total`` counts all that match."""

    items: tuple[ListedTranscript, ...]
    total: int
    limit: int
    offset: int


def source_file_of(metadata: Mapping[str, Any]) -> str | None:
    """The name of the file that was transcribed, if it was one."""
    return metadata.get(SOURCE_FILE)


def automatic_title(text: str, source_file: str | None) -> str:
    """For a transcript that nobody named yet: the name of its file without the ending, or the first
    words of its text."""
    if source_file is not None:
        return PurePath(source_file).stem
    line = " ".join(text.split())
    if len(line) <= _AUTOMATIC_TITLE_LENGTH:
        return line
    cut = line[:_AUTOMATIC_TITLE_LENGTH]
    return f"{cut.rpartition(' ')[0] or cut}…"
