"""Rows of the tables into the values that the history hands out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from vivavoz.history.tables import SEGMENTS, TRANSCRIPTS
from vivavoz.history.text import one_line
from vivavoz.history.transcripts import Segment, Transcript, source_file_of
from vivavoz.session.entities import RecognizedWord
from vivavoz.session.records import SavedTranscript

TableRow: TypeAlias = Row[Any]


def find_row(connection: Connection, transcript_id: UUID) -> TableRow | None:
    """The transcript's row."""
    statement = sa.select(TRANSCRIPTS).where(TRANSCRIPTS.c.id == transcript_id)
    return connection.execute(statement).one_or_none()


def lock_row(connection: Connection, transcript_id: UUID) -> TableRow | None:
    """The transcript's row, kept from other writers until the transaction ends."""
    statement = sa.select(TRANSCRIPTS).where(TRANSCRIPTS.c.id == transcript_id)
    return connection.execute(statement.with_for_update()).one_or_none()


def lock_rows(
    connection: Connection, transcript_ids: Sequence[UUID], condition: sa.ColumnElement[bool]
) -> Sequence[TableRow]:
    """Those of the transcripts' rows that meet the condition, kept from other writers until the
    transaction ends."""
    statement = (
        sa.select(TRANSCRIPTS)
        .where(TRANSCRIPTS.c.id.in_(transcript_ids), condition)
        .order_by(TRANSCRIPTS.c.number)  # in the same order everywhere: nobody waits in a circle
    )
    return connection.execute(statement.with_for_update()).all()


def segment_rows(connection: Connection, number: int) -> Sequence[TableRow]:
    """The segments of a transcript in the order in which they were said."""
    statement = (
        sa.select(SEGMENTS)
        .where(SEGMENTS.c.transcript_number == number)
        .order_by(SEGMENTS.c.start_s, SEGMENTS.c.number)
    )
    return connection.execute(statement).all()


def text_of_rows(segments: Sequence[TableRow]) -> str:
    """The text of segments as one line."""
    return one_line(row.text for row in segments)


def language_of_rows(segments: Sequence[TableRow]) -> str | None:
    """The language that was spoken longest."""
    seconds: Counter[str] = Counter()
    for row in segments:
        seconds[row.language] += row.end_s - row.start_s
    return seconds.most_common(1)[0][0] if seconds else None


def to_transcript(row: TableRow, segments: Sequence[TableRow]) -> Transcript:
    """A complete transcript."""
    return Transcript(
        **summary_fields(row),
        text=row.text,
        metadata=row.metadata,
        segments=tuple(_to_segment(segment) for segment in segments),
    )


def summary_fields(row: TableRow) -> dict[str, Any]:
    """The fields of a ``TranscriptSummary``."""
    return {
        "id": row.id,
        "title": row.title,
        "language": row.language,
        "engine": row.engine,
        "model": row.model,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "edited_at": row.edited_at,
        "duration_s": row.duration_s,
        "word_count": row.word_count,
        "file_name": row.file_name,
        "source_file": source_file_of(row.metadata),
    }


def to_saved(row: TableRow) -> SavedTranscript:
    """Where a complete transcript went."""
    return SavedTranscript(transcript_id=row.id, saved_at=row.saved_at, file_name=row.file_name)


def _to_segment(row: TableRow) -> Segment:
    return Segment(
        result_id=row.result_id,
        sequence_number=row.sequence_number,
        start_s=row.start_s,
        end_s=row.end_s,
        text=row.text,
        confidence=row.confidence,
        language=row.language,
        words=tuple(RecognizedWord(**word) for word in row.words),
    )
