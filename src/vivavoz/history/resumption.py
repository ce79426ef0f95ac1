"""What a session needs that may go on: kept with its row until nobody may take it up any more.

That is its token's hash, what it asked for, and what it came to so far. A session that was
completed while its client was away may be reopened as long as its time lasts, unless a person
edited or deleted the transcript meanwhile.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.history.index import remove_from_index
from vivavoz.history.rows import TableRow
from vivavoz.history.tables import SESSION_METRICS, TRANSCRIPTS
from vivavoz.history.transcripts import automatic_title, source_file_of
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import (
    AWAY_OUTCOMES,
    ContainerStream,
    DurableMark,
    SessionSummary,
    SessionTerms,
    UnfinishedSession,
)

FORGOTTEN = {
    "resume_token_hash": "",
    "recording_options": None,
    "summary": None,
    "resumable_until": None,
}
"""Values of a row that keeps none of it."""


def terms_values(terms: SessionTerms) -> dict[str, Any]:
    """What ``to_unfinished`` reads of the terms; the options' metadata has a column of its own."""
    options = terms.options.model_dump(mode="json", exclude={"metadata"}, exclude_defaults=True)
    return {
        "resume_token_hash": terms.resume_token_hash,
        "asked_language": terms.language,
        "recording_options": options,
    }


def summary_values(summary: SessionSummary | None) -> dict[str, Any]:
    """What ``to_unfinished`` reads of the summary."""
    return {"summary": None if summary is None else asdict(summary)}


def values_after(
    row: TableRow, outcome: str, summary: SessionSummary | None, now: datetime
) -> dict[str, Any]:
    """What is kept of it when the session ends so."""
    ends_at = row.started_at + timedelta(seconds=row.duration_limit_s)
    if outcome not in AWAY_OUTCOMES or now >= ends_at:
        return FORGOTTEN
    return {**summary_values(summary), "resumable_until": ends_at}


def may_go_on(row: TableRow, now: datetime) -> bool:
    """Whether its client may come back to the session."""
    if row.status == "live":
        return True
    return row.resumable_until is not None and now < row.resumable_until


def to_unfinished(row: TableRow, confirmed_text: str) -> UnfinishedSession:
    """What a restart needs of a session."""
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
    options = RecordingOptions.model_validate(row.recording_options or {})
    return UnfinishedSession(
        session=session,
        terms=SessionTerms(row.resume_token_hash, row.asked_language, options),
        stream=_to_stream(row),
        mark=mark,
        summary=None if row.summary is None else SessionSummary(**row.summary),
    )


def reopen(connection: Connection, row: TableRow, now: datetime) -> None:
    """Make the row that of a live session. The file of a complete one stays until there is another,
    and its title if a person gave it; there will be other metrics."""
    source_file = source_file_of(row.metadata)
    title = "" if row.title == automatic_title(row.text, source_file) else row.title
    connection.execute(
        sa.update(TRANSCRIPTS)
        .where(TRANSCRIPTS.c.number == row.number)
        .values(
            status="live",
            title=title,
            text="",
            finished_at=None,
            resumable_until=None,
            last_activity=now,
        )
    )
    remove_from_index(connection, row.number)
    connection.execute(sa.delete(SESSION_METRICS).where(SESSION_METRICS.c.session_id == row.id))


def forget_late(connection: Connection, now: datetime) -> int:
    """Keep none of it for sessions that may no longer be reopened; how many there were."""
    return connection.execute(
        sa.update(TRANSCRIPTS).where(TRANSCRIPTS.c.resumable_until <= now).values(**FORGOTTEN)
    ).rowcount


def _to_stream(row: TableRow) -> ContainerStream | None:
    if row.stream_mime_type is None:
        return None
    return ContainerStream(
        mime_type=row.stream_mime_type,
        first_sequence_number=row.stream_first_sequence_number,
        first_sample=row.stream_first_sample,
    )
