"""The store of a live session: its confirmed text is committed as it becomes final."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.errors import SessionNotFoundError
from vivavoz.history.catalog import Catalog
from vivavoz.history.completion import consolidate, keep_metrics, save_file
from vivavoz.history.database import Database
from vivavoz.history.files import TranscriptFiles
from vivavoz.history.keys import KeyStore
from vivavoz.history.resumption import (
    forget_late,
    may_go_on,
    reopen,
    summary_values,
    terms_values,
    to_unfinished,
)
from vivavoz.history.rows import find_row, lock_row, segment_rows, text_of_rows, to_saved
from vivavoz.history.tables import SEGMENTS, SESSION_METRICS, TRANSCRIPTS
from vivavoz.history.trash import Trash, forget
from vivavoz.session.entities import StreamingSession, TranscriptionResult, utc_now
from vivavoz.session.records import (
    ContainerStream,
    DurableMark,
    SavedTranscript,
    SessionSummary,
    SessionTerms,
    UnfinishedSession,
)


class SqlTranscriptStore:
    """Implements ``runtime.ports.TranscriptStore`` on SQLite or PostgreSQL; safe for threads.

    ``catalog`` is the finished part: what REST and the command line list, search and change;
    ``trash`` is how they delete it.
    ``keys`` are the API keys that open the server.

    Args:
        url: SQLAlchemy URL, see ``history.database``.
        transcripts_dir: folder of the transcript files, made if missing.
        lock_timeout_s: how long a call waits for another program that writes.
        clock: the present moment, time-zone aware.
        undo_delete_s: how long a deleted transcript can be brought back.

    Raises:
        StorageFailedError: the database cannot be opened or brought up to date; every method
            raises it too when the database or the disk refuses, having changed nothing.
    """

    def __init__(
        self,
        url: str,
        transcripts_dir: Path,
        *,
        lock_timeout_s: float = 5.0,
        clock: Callable[[], datetime] = utc_now,
        undo_delete_s: float = 600.0,
    ) -> None:
        self._clock = clock
        self._database = Database(url, lock_timeout_s=lock_timeout_s)
        with self._database.refusals():
            self._files = TranscriptFiles(transcripts_dir)
        self.catalog = Catalog(self._database, self._files, clock)
        self.trash = Trash(self._database, self._files, clock, undo_delete_s)
        self.keys = KeyStore(self._database, clock)

    def close(self) -> None:
        """Close every connection to the database."""
        self._database.close()

    def open_session(self, session: StreamingSession, terms: SessionTerms) -> None:
        """Make room for a session that starts to record; a second call changes nothing."""
        with self._database.write() as connection:
            if lock_row(connection, session.session_id) is not None:
                return
            connection.execute(
                sa.insert(TRANSCRIPTS).values(
                    id=session.session_id,
                    user_id=session.user_id,
                    status="live",
                    started_at=session.start_time,
                    last_activity=self._clock(),
                    duration_limit_s=session.duration_limit,
                    metadata=session.metadata,
                    **terms_values(terms),
                )
            )

    def begin_stream(self, session_id: UUID, stream: ContainerStream) -> None:
        """A new container stream begins.

        Raises:
            SessionNotFoundError: the session was not opened, or is completed or discarded.
        """
        with self._database.write() as connection:
            self._update_live(
                connection,
                session_id,
                stream_mime_type=stream.mime_type,
                stream_first_sequence_number=stream.first_sequence_number,
                stream_first_sample=stream.first_sample,
            )

    def append_final(
        self, result: TranscriptionResult, mark: DurableMark, summary: SessionSummary
    ) -> None:
        """Keep one final result, how far the session is durable with it, and what the session came
        to so far; a result that is kept already is not kept twice.

        Raises:
            SessionNotFoundError: the session was not opened, or is completed or discarded.
        """
        with self._database.write() as connection:
            number = self._go_forward(connection, result.session_id, mark, summary)
            kept = sa.select(SEGMENTS.c.number).where(SEGMENTS.c.result_id == result.result_id)
            if connection.execute(kept).first() is not None:
                return
            connection.execute(
                sa.insert(SEGMENTS).values(
                    result_id=result.result_id,
                    transcript_number=number,
                    sequence_number=result.sequence_number,
                    start_s=result.start_time,
                    end_s=result.end_time,
                    text=result.text_content.replace("\x00", ""),  # PostgreSQL takes none
                    confidence=result.confidence,
                    language=result.language,
                    words=[word.model_dump() for word in result.words],
                    created_at=result.created_at,
                )
            )

    def advance(self, session_id: UUID, mark: DurableMark, summary: SessionSummary) -> None:
        """Move the durable mark over audio that held no speech; it never moves back.

        Raises:
            SessionNotFoundError: the session was not opened, or is completed or discarded.
        """
        with self._database.write() as connection:
            self._go_forward(connection, session_id, mark, summary)

    def keep_metadata(self, session_id: UUID, metadata: dict[str, Any]) -> None:
        """Keep what the session declares, in place of what was kept before.

        Raises:
            SessionNotFoundError: the session was not opened, or is completed or discarded.
        """
        with self._database.write() as connection:
            self._update_live(connection, session_id, metadata=metadata)

    def complete(
        self, session: StreamingSession, outcome: str, summary: SessionSummary | None
    ) -> SavedTranscript | None:
        """Consolidate the session into the history, write its transcript file and keep its metrics,
        unless nothing was measured: its engine is unknown then.

        None, and nothing but the metrics kept, when there is no text. A second call changes nothing
        and returns the same.
        """
        now = self._clock()
        with self._database.write_alone() as connection:
            if summary is not None:
                keep_metrics(connection, session.session_id, outcome, summary, now)
            row = lock_row(connection, session.session_id)
            if row is None or row.status == "complete":
                return None if row is None else to_saved(row)
            segments = segment_rows(connection, row.number)
            text = text_of_rows(segments)
            if not text:
                forget(connection, self._files, row)
                return None
            consolidate(connection, row, segments, session, outcome, summary, now)
            return save_file(connection, self._files, row, text, now)

    def save_now(self, session: StreamingSession) -> SavedTranscript | None:
        """Write the transcript file of what is confirmed so far; the session goes on.

        None when there is no text yet.
        """
        with self._database.write_alone() as connection:
            row = lock_row(connection, session.session_id)
            if row is None or row.status == "complete":
                return None if row is None else to_saved(row)
            text = text_of_rows(segment_rows(connection, row.number))
            return save_file(connection, self._files, row, text, self._clock()) if text else None

    def discard(self, session_id: UUID) -> None:
        """Forget a session, its text and its file; one that is not kept is as good."""
        with self._database.write() as connection:
            row = lock_row(connection, session_id)
            if row is not None:
                forget(connection, self._files, row)

    def find_unfinished(self, session_id: UUID) -> UnfinishedSession | None:
        """The session, if it is kept and may go on; its status is ``reconnecting``.

        That is one that was not completed, or was while its client was away, and is as it was then.
        """
        with self._database.read() as connection:
            row = find_row(connection, session_id)
            if row is None or not may_go_on(row, self._clock()):
                return None
            return to_unfinished(row, text_of_rows(segment_rows(connection, row.number)))

    def reopen(self, session_id: UUID) -> bool:
        """Take up a session that no process holds, out of the finished ones if it was completed
        while its client was away; whether it may go on."""
        with self._database.write() as connection:
            row = lock_row(connection, session_id)
            if row is None or not may_go_on(row, self._clock()):
                return False
            reopen(connection, row, self._clock())
            return True

    def unfinished_since(self, before: datetime) -> list[UnfinishedSession]:
        """Unfinished sessions whose last activity was before that time, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(TRANSCRIPTS)
                .where(TRANSCRIPTS.c.status == "live", TRANSCRIPTS.c.last_activity < before)
                .order_by(TRANSCRIPTS.c.last_activity, TRANSCRIPTS.c.number)
            ).all()
            return [
                to_unfinished(row, text_of_rows(segment_rows(connection, row.number)))
                for row in rows
            ]

    def forget_terms(self) -> int:
        """Forget with what sessions were opened that may no longer be reopened: tokens, prompts,
        hotwords; how many there were."""
        with self._database.write() as connection:
            return forget_late(connection, self._clock())

    def purge_metrics(self, before: datetime) -> int:
        """Delete the metrics of sessions that finished before that time; how many there were."""
        with self._database.write() as connection:
            return connection.execute(
                sa.delete(SESSION_METRICS).where(SESSION_METRICS.c.finished_at < before)
            ).rowcount

    def _go_forward(
        self, connection: Connection, session_id: UUID, mark: DurableMark, summary: SessionSummary
    ) -> int:
        return self._update_live(
            connection, session_id, **_forward(mark), **summary_values(summary)
        )

    def _update_live(self, connection: Connection, session_id: UUID, **values: object) -> int:
        """Change a live session's row and return its number."""
        row = lock_row(connection, session_id)
        if row is None or row.status != "live":
            raise SessionNotFoundError(
                "The history holds no open session of that id: start a new session.",
                session_id=str(session_id),
            )
        connection.execute(
            sa.update(TRANSCRIPTS)
            .where(TRANSCRIPTS.c.number == row.number)
            .values(last_activity=self._clock(), **values)
        )
        return int(row.number)


def _forward(mark: DurableMark) -> dict[str, sa.ColumnElement[int]]:
    """The mark's columns, moved on and never back."""
    return {
        column.name: sa.case((column < value, value), else_=column)
        for column, value in (
            (TRANSCRIPTS.c.durable_sequence_number, mark.sequence_number),
            (TRANSCRIPTS.c.durable_sample, mark.sample_index),
        )
    }
