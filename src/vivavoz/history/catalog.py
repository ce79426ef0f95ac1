"""The finished transcripts: listed, searched, read, renamed and deleted."""

import re
import unicodedata
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.errors import InvalidMessageError, TranscriptNotFoundError
from vivavoz.history.database import Database
from vivavoz.history.files import TranscriptFiles
from vivavoz.history.index import add_to_index, matching, purge_index, remove_from_index
from vivavoz.history.rows import (
    TableRow,
    find_row,
    lock_row,
    segment_rows,
    summary_fields,
    to_transcript,
)
from vivavoz.history.search import phrases_of, snippet_of
from vivavoz.history.tables import TRANSCRIPTS
from vivavoz.history.transcripts import (
    MAX_TITLE_LENGTH,
    ListedTranscript,
    Transcript,
    TranscriptPage,
)

MAX_PAGE = 100
"""Transcripts in one page of the list."""


class Catalog:
    """What REST and the command line do with the history; safe for threads.

    Every method takes the ``user_id`` on whose behalf it acts: a user sees only his own
    transcripts, as if there were no others. None means that authentication is off: then everything
    is seen, also what was spoken while it was on.

    Every method raises ``StorageFailedError`` when the database or the disk refuses, having changed
    nothing.
    """

    def __init__(self, database: Database, files: TranscriptFiles) -> None:
        self._database = database
        self._files = files

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
            condition = _visible_to(user_id)
            if phrases:
                condition &= matching(connection, TRANSCRIPTS.c.number, phrases)
            total = connection.execute(
                sa.select(sa.func.count()).select_from(TRANSCRIPTS).where(condition)
            ).scalar_one()
            rows = connection.execute(
                sa.select(TRANSCRIPTS)
                .where(condition)
                .order_by(TRANSCRIPTS.c.started_at.desc(), TRANSCRIPTS.c.number.desc())
                .limit(limit)
                .offset(offset)
            ).all()
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
            row = _visible(find_row(connection, transcript_id), transcript_id, user_id)
            return _read(connection, row)

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
                .where(_visible_to(user_id), TRANSCRIPTS.c.id.between(first, last))
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

    def rename(self, transcript_id: UUID, user_id: str | None, title: str) -> Transcript:
        """Give a transcript another title.

        Raises:
            TranscriptNotFoundError: there is none of that id that this user may see.
            InvalidMessageError: the title is empty or too long.
        """
        title = _clean_title(title)
        with self._database.write() as connection:
            row = _visible(lock_row(connection, transcript_id), transcript_id, user_id)
            connection.execute(
                sa.update(TRANSCRIPTS).where(TRANSCRIPTS.c.number == row.number).values(title=title)
            )
            add_to_index(connection, row.number, title, row.text)
            renamed = _visible(find_row(connection, transcript_id), transcript_id, user_id)
            return _read(connection, renamed)

    def delete(self, transcript_id: UUID, user_id: str | None) -> None:
        """Delete a transcript, its segments and its file.

        Raises:
            TranscriptNotFoundError: there is none of that id that this user may see.
        """
        with self._database.write() as connection:
            row = _visible(lock_row(connection, transcript_id), transcript_id, user_id)
            forget(connection, self._files, row)
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


def _visible_to(user_id: str | None) -> sa.ColumnElement[bool]:
    complete = TRANSCRIPTS.c.status == "complete"
    return complete if user_id is None else complete & (TRANSCRIPTS.c.user_id == user_id)


def _visible(row: TableRow | None, transcript_id: UUID, user_id: str | None) -> TableRow:
    if row is None or row.status != "complete" or user_id not in {None, row.user_id}:
        raise TranscriptNotFoundError(
            f"No transcript {transcript_id} is in the history: it may have been deleted.",
            transcript_id=str(transcript_id),
        )
    return row


def _read(connection: Connection, row: TableRow) -> Transcript:
    return to_transcript(row, segment_rows(connection, row.number))


def _clean_title(title: str) -> str:
    """The title on one line, without characters that nobody can see or that cannot be stored."""
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in title
    )
    cleaned = " ".join(visible.split())
    if all(unicodedata.category(char)[0] in "CZ" for char in cleaned):
        raise InvalidMessageError("A title needs at least one visible character.")
    if len(cleaned) > MAX_TITLE_LENGTH:
        raise InvalidMessageError(
            f"A title may have {MAX_TITLE_LENGTH} characters; this one has {len(cleaned)}.",
            limit=MAX_TITLE_LENGTH,
            length=len(cleaned),
        )
    return cleaned
