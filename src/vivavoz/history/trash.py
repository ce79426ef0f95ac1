"""Deleting: hidden at once, brought back while there is time, gone for good afterwards."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.history.database import Database
from vivavoz.history.files import TranscriptFiles
from vivavoz.history.index import purge_index, remove_from_index
from vivavoz.history.resumption import FORGOTTEN
from vivavoz.history.rows import TableRow, lock_rows
from vivavoz.history.tables import TRANSCRIPTS
from vivavoz.history.transcripts import Affected
from vivavoz.history.visibility import complete_of, sorted_out, visible_to

_MAX_ERASED_AT_ONCE = 200
"""Live sessions wait for the database's lock while so many go."""


class Trash:
    """Deletes transcripts on behalf of a user, see ``history.catalog``; safe for threads.

    A transcript in the trash keeps its row, its words in the index and its file, so that throwing
    away and bringing back cost next to nothing; the index is wiped once for all that go for good
    together.

    Every method raises ``StorageFailedError`` when the database or the disk refuses; what it was
    asked can then be asked again.

    Args:
        clock: the present moment, time-zone aware.
        undo_delete_s: how long a transcript can be brought back.
    """

    def __init__(
        self,
        database: Database,
        files: TranscriptFiles,
        clock: Callable[[], datetime],
        undo_delete_s: float,
    ) -> None:
        self._database = database
        self._files = files
        self._clock = clock
        self._undo = timedelta(seconds=undo_delete_s)

    def delete(
        self, transcript_ids: Sequence[UUID], user_id: str | None, *, for_good: bool = False
    ) -> Affected:
        """Hide transcripts, or make them go for good at once."""
        with self._database.write() as connection:
            rows = lock_rows(connection, transcript_ids, visible_to(user_id))
            if for_good:
                self._erase(connection, rows)
            else:
                _update(connection, rows, deleted_at=self._clock(), **FORGOTTEN)
        return sorted_out(transcript_ids, {row.id for row in rows})

    def restore(self, transcript_ids: Sequence[UUID], user_id: str | None) -> Affected:
        """Bring transcripts back while there is time; those that are not deleted stay there."""
        deleted_at = TRANSCRIPTS.c.deleted_at
        can_be_had = deleted_at.is_(None) | (deleted_at > self._clock() - self._undo)
        with self._database.write() as connection:
            rows = lock_rows(connection, transcript_ids, complete_of(user_id) & can_be_had)
            _update(connection, rows, deleted_at=None)
        return sorted_out(transcript_ids, {row.id for row in rows})

    def purge(self) -> int:
        """Delete for good what can no longer be brought back, and wipe what was deleted in any way
        from the database's log; how many transcripts."""
        is_late = complete_of(None) & (TRANSCRIPTS.c.deleted_at <= self._clock() - self._undo)
        purged = 0
        while late := self._some(is_late):
            with self._database.write() as connection:
                rows = lock_rows(connection, late, is_late)
                self._erase(connection, rows)
            purged += len(rows)
        self._database.empty_log()
        return purged

    def _some(self, condition: sa.ColumnElement[bool]) -> Sequence[UUID]:
        with self._database.read() as connection:
            ids = sa.select(TRANSCRIPTS.c.id).where(condition).limit(_MAX_ERASED_AT_ONCE)
            return connection.execute(ids).scalars().all()

    def _erase(self, connection: Connection, rows: Sequence[TableRow]) -> None:
        for row in rows:
            forget(connection, self._files, row)
        if rows:
            purge_index(connection)


def forget(connection: Connection, files: TranscriptFiles, row: TableRow) -> None:
    """Delete a transcript in any state, and its file.

    The file goes before the commit: should that fail, the transcript can be deleted again, while
    the other way round a file could stay that nothing points to.
    """
    remove_from_index(connection, row.number)
    connection.execute(sa.delete(TRANSCRIPTS).where(TRANSCRIPTS.c.number == row.number))
    if row.file_name:
        files.delete(row.file_name)


def _update(connection: Connection, rows: Sequence[TableRow], **values: object) -> None:
    numbers = [row.number for row in rows]
    connection.execute(
        sa.update(TRANSCRIPTS).where(TRANSCRIPTS.c.number.in_(numbers)).values(**values)
    )
