"""Rows of the tables into the values that the history hands out."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from vivavoz.history.tables import SEGMENTS, TRANSCRIPTS
from vivavoz.history.text import one_line
from vivavoz.history.transcripts import Segment, Transcript
from vivavoz.session.entities import RecognizedWord, SessionStatus, StreamingSession
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import (
    ContainerStream,
    DurableMark,
    SavedTranscript,
    UnfinishedSession,
)

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
    }


def to_saved(row: TableRow) -> SavedTranscript:
    """Where a complete transcript went."""
    return SavedTranscript(transcript_id=row.id, saved_at=row.saved_at, file_name=row.file_name)


def may_go_on(row: TableRow, now: datetime) -> bool:
    """Whether its client may come back to the session: it is open, or was completed without its
    client, which is when its token is kept, nobody has touched it since, and it has time left."""
    if row.status != "complete":
        return True
    is_touched = row.edited_at is not None or row.deleted_at is not None
    ends_at = row.started_at + timedelta(seconds=row.duration_limit_s)
    return bool(row.resume_token_hash) and not is_touched and now < ends_at


def to_unfinished(row: TableRow, confirmed_text: str) -> UnfinishedSession:
    """What a restart needs of a live session."""
    mark = DurableMark(row.durable_sequence_number, row.durable_sample)
    session = StreamingSession(
        session_id=row.id,
        user_id=row.user_id,
        status=SessionStatus.RECONNECTING,
        start_time=row.started_at,
        last_activity=row.last_activity,
        duration_limit=row.duration_limit_s,
        audio_chunks_received=mark.sequence_number,
        confirmed_text=confirmed_text,
        metadata=row.metadata,
    )
    return UnfinishedSession(
        session=session,
        resume_token_hash=row.resume_token_hash,
        language=row.language,
        stream=_to_stream(row),
        mark=mark,
        options=RecordingOptions.model_validate(row.recording_options or {}),
        is_closed=row.status == "complete",
    )


def options_to_json(options: RecordingOptions) -> dict[str, Any]:
    """What ``to_unfinished`` reads; the metadata has a column of its own."""
    return options.model_dump(mode="json", exclude={"metadata"}, exclude_defaults=True)


def _to_stream(row: TableRow) -> ContainerStream | None:
    if row.stream_mime_type is None:
        return None
    return ContainerStream(
        mime_type=row.stream_mime_type,
        first_sequence_number=row.stream_first_sequence_number,
        first_sample=row.stream_first_sample,
    )


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
