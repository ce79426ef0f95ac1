"""A live session into a transcript: its file, its consolidated row, its metrics."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.history.files import TranscriptFiles
from vivavoz.history.index import add_to_index
from vivavoz.history.resumption import values_after
from vivavoz.history.rows import TableRow, language_of_rows, text_of_rows
from vivavoz.history.tables import SESSION_METRICS, TRANSCRIPTS
from vivavoz.history.transcripts import automatic_title, source_file_of
from vivavoz.session.entities import StreamingSession
from vivavoz.session.records import SavedTranscript, SessionSummary

_SAMPLE_RATE_HZ = 16_000


def save_file(
    connection: Connection, files: TranscriptFiles, row: TableRow, text: str, now: datetime
) -> SavedTranscript:
    """Write a session's file under the name that it has, or under a free one that it keeps."""
    name = row.file_name or files.free_name(
        row.id, row.started_at, is_taken=lambda name: _is_taken(connection, name)
    )
    connection.execute(
        sa.update(TRANSCRIPTS)
        .where(TRANSCRIPTS.c.number == row.number)
        .values(file_name=name, saved_at=now)
    )
    files.write(name, row.id, row.started_at, text)
    return SavedTranscript(transcript_id=row.id, saved_at=now, file_name=name)


def consolidate(
    connection: Connection,
    row: TableRow,
    segments: Sequence[TableRow],
    session: StreamingSession,
    outcome: str,
    summary: SessionSummary | None,
    now: datetime,
) -> None:
    """Make the session's row a complete transcript and index its words."""
    text = text_of_rows(segments)
    metadata = session.metadata or row.metadata
    source_file = source_file_of(metadata)
    title = row.title or automatic_title(text, source_file)
    heard_s = 0.0 if summary is None else summary.audio_s
    connection.execute(
        sa.update(TRANSCRIPTS)
        .where(TRANSCRIPTS.c.number == row.number)
        .values(
            status="complete",
            title=title,
            text=text,
            language=row.asked_language or language_of_rows(segments),
            engine=None if summary is None else summary.engine,
            model=None if summary is None else summary.model,
            finished_at=now,
            duration_s=max(row.durable_sample / _SAMPLE_RATE_HZ, segments[-1].end_s, heard_s),
            word_count=len(text.split()),
            metadata=metadata,
            **values_after(row, outcome, summary, now),
        )
    )
    add_to_index(connection, row.number, title, text, source_file or "")


def keep_metrics(
    connection: Connection, session_id: UUID, outcome: str, summary: SessionSummary, now: datetime
) -> None:
    """Keep the metrics of a finished session, once."""
    of_session = SESSION_METRICS.c.session_id == session_id
    if connection.execute(sa.select(of_session).where(of_session)).first() is None:
        connection.execute(
            sa.insert(SESSION_METRICS).values(
                session_id=session_id, finished_at=now, outcome=outcome, **asdict(summary)
            )
        )


def _is_taken(connection: Connection, file_name: str) -> bool:
    named = sa.select(TRANSCRIPTS.c.number).where(TRANSCRIPTS.c.file_name == file_name)
    return connection.execute(named).first() is not None
