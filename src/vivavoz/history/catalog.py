"""The finished transcripts: listed, searched, read and changed."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.errors import InvalidMessageError, TranscriptNotFoundError
from vivavoz.history.completion import save_file
from vivavoz.history.database import Database
from vivavoz.history.editing import TranscriptChange, clean_text, clean_title
from vivavoz.history.files import TranscriptFiles
from vivavoz.history.index import add_to_index, matching
from vivavoz.history.resumption import FORGOTTEN
from vivavoz.history.rows import (
    TableRow,
    lock_rows,
    segment_rows,
    summary_fields,
    text_of_rows,
    to_transcript,
)
from vivavoz.history.search import BEGINNING_LENGTH, Phrase, phrases_of, snippet_of
from vivavoz.history.tables import TRANSCRIPTS
from vivavoz.history.transcripts import (
    ListedTranscript,
    Transcript,
    TranscriptPage,
    source_file_of,
)
from vivavoz.history.visibility import not_found, sorted_out, visible_to

MAX_PAGE = 100
"""Transcripts in one page of the list."""


class Catalog:
    """What REST and the command line do with the history; safe for threads.

    Every method takes the ``user_id`` on whose behalf it acts: a user sees only his own
    transcripts, as if there were no others. None means that authentication is off: then everything
    is seen, also what was spoken while it was on.

    What is in the trash (``history.trash``) is here as if it were gone.

    Every method raises ``StorageFailedError`` when the database or the disk refuses, having changed
    nothing.
    """

    def __init__(
        self, database: Database, files: TranscriptFiles, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._files = files
        self._clock = clock

    def page(
        self, user_id: str | None, *, query: str = "", limit: int = 50, offset: int = 0
    ) -> TranscriptPage:
        """A stretch of the list, newest first: of everything, or of what holds all words of
        ``query``, each of which may be the beginning of a word, in any case, with or without
        accents."""
        phrases = phrases_of(query)
        if query.strip() and not phrases:
            return TranscriptPage(items=(), total=0, limit=limit, offset=offset)
        with self._database.read() as connection:
            condition = visible_to(user_id)
            if phrases:
                condition &= matching(connection, TRANSCRIPTS.c.number, phrases)
            total = connection.execute(
                sa.select(sa.func.count()).select_from(TRANSCRIPTS).where(condition)
            ).scalar_one()
            stretch: sa.Select[Any] = (
                sa.select(*_LISTED, _text_for(phrases))
                .where(condition)
                .order_by(TRANSCRIPTS.c.started_at.desc(), TRANSCRIPTS.c.number.desc())
                .limit(limit)
                .offset(offset)
            )
            rows = connection.execute(stretch).all()
        items = tuple(
            ListedTranscript(**summary_fields(row), snippet=snippet_of(row.text, phrases))
            for row in rows
        )
        return TranscriptPage(items=items, total=total, limit=limit, offset=offset)

    def get(self, transcript_id: UUID, user_id: str | None) -> Transcript:
        """One transcript with its text, segments and words.

        Raises:
            TranscriptNotFoundError: there is none of that id that this user may see.
        """
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(TRANSCRIPTS).where(TRANSCRIPTS.c.id == transcript_id, visible_to(user_id))
            ).one_or_none()
            if row is None:
                raise not_found([transcript_id])
            return _read(connection, row)

    def require(self, transcript_ids: Sequence[UUID], user_id: str | None) -> None:
        """See that all of them are there.

        Raises:
            TranscriptNotFoundError: there are none of some ids that this user may see.
        """
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(TRANSCRIPTS.c.id).where(
                    TRANSCRIPTS.c.id.in_(transcript_ids), visible_to(user_id)
                )
            ).scalars()
            affected = sorted_out(transcript_ids, set(found))
        if affected.missing:
            raise not_found(affected.missing)

    def find(self, beginning: str, user_id: str | None) -> UUID:
        """The id of the one transcript whose id begins so; dashes and case do not matter.

        Raises:
            TranscriptNotFoundError: none begins so that this user may see.
            InvalidMessageError: several do, or no id can begin so.
        """
        digits = beginning.replace("-", "").lower()
        if not re.fullmatch("[0-9a-f]{1,32}", digits):
            raise InvalidMessageError(
                "A transcript's id, or its beginning, is made of the digits 0-9 and a-f."
            )
        first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(TRANSCRIPTS.c.id)
                .where(visible_to(user_id), TRANSCRIPTS.c.id.between(first, last))
                .limit(2)
            ).scalars()
            ids = list(found)
        if not ids:
            raise TranscriptNotFoundError(f"No transcript's id begins with {digits}.")
        if len(ids) > 1:
            raise InvalidMessageError(
                f"More than one transcript's id begins with {digits}: give more of it."
            )
        return UUID(str(ids[0]))

    def change(
        self, transcript_id: UUID, user_id: str | None, change: TranscriptChange
    ) -> Transcript:
        """Give a transcript another title or text; segments and words stay as they were recognised.

        Another text also goes into the transcript file. None for the text, or what was recognised
        itself, makes it a text that was never edited.

        Raises:
            TranscriptNotFoundError: there is none of that id that this user may see.
            InvalidMessageError: the title or the text is empty or too long.
        """
        given = change.model_fields_set
        title = clean_title(change.title) if "title" in given else None
        text = None if change.text is None else clean_text(change.text)
        with self._database.write() as connection:
            row = self._lock_one(connection, transcript_id, user_id)
            if title is not None:
                _update(connection, row, title=title)
            if "text" in given:
                self._put_text(connection, row, text)
            changed = self._lock_one(connection, transcript_id, user_id)
            source_file = source_file_of(changed.metadata) or ""
            add_to_index(connection, changed.number, changed.title, changed.text, source_file)
            return _read(connection, changed)

    def _put_text(self, connection: Connection, row: TableRow, text: str | None) -> None:
        """Make the text the row's and the file's; none is the original."""
        original = text_of_rows(segment_rows(connection, row.number))
        now = self._clock()
        shown = original if text is None else text
        edited = {"edited_at": None} if shown == original else {"edited_at": now, **FORGOTTEN}
        _update(connection, row, text=shown, word_count=len(shown.split()), **edited)
        save_file(connection, self._files, row, shown, now)

    def _lock_one(
        self, connection: Connection, transcript_id: UUID, user_id: str | None
    ) -> TableRow:
        rows = lock_rows(connection, [transcript_id], visible_to(user_id))
        if not rows:
            raise not_found([transcript_id])
        return rows[0]


_LISTED = [column for column in TRANSCRIPTS.c if column.name != "text"]


def _text_for(phrases: Sequence[Phrase]) -> sa.ColumnElement[str]:
    """As much of the text as its snippet needs."""
    text = TRANSCRIPTS.c.text
    return text if phrases else sa.func.substr(text, 1, BEGINNING_LENGTH).label("text")


def _update(connection: Connection, row: TableRow, **values: object) -> None:
    connection.execute(
        sa.update(TRANSCRIPTS).where(TRANSCRIPTS.c.number == row.number).values(**values)
    )


def _read(connection: Connection, row: TableRow) -> Transcript:
    return to_transcript(row, segment_rows(connection, row.number))
