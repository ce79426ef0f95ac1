"""The full-text index: one row of terms for each finished transcript, in either database.

Terms hold nothing but letters, digits and the signs of scripts without spaces (``history.search``
sees to it), so none can be taken for an operator of a query language.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vivavoz.history.search import Phrase, terms_of

_MAX_TSVECTOR_POSITION = 16383


def add_to_index(connection: Connection, number: int, *texts: str) -> None:
    """Index a transcript anew, by the words of ``texts``."""
    remove_from_index(connection, number)
    terms = [term for text in texts for term in terms_of(text)]
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO transcript_search (rowid, terms) VALUES (:number, :terms)"
        indexed = " ".join(terms)
    else:
        statement = (
            "INSERT INTO transcript_search (number, terms) "
            "VALUES (:number, CAST(CAST(:terms AS text) AS tsvector))"
        )
        indexed = " ".join(
            f"'{term}':{min(position, _MAX_TSVECTOR_POSITION)}"
            for position, term in enumerate(terms, 1)
        )
    connection.execute(sa.text(statement), {"number": number, "terms": indexed})


def remove_from_index(connection: Connection, number: int) -> None:
    """Forget a transcript."""
    column = "rowid" if connection.dialect.name == "sqlite" else "number"
    connection.execute(
        sa.text(f"DELETE FROM transcript_search WHERE {column} = :number"),  # noqa: S608 - a name of ours
        {"number": number},
    )


def purge_index(connection: Connection) -> None:
    """Wipe the words of removed transcripts from the disk.

    SQLite's index only marks them as removed until it merges its pages; merging takes about a
    tenth of a second for 150 hours of speech. PostgreSQL does so by itself.
    """
    if connection.dialect.name == "sqlite":
        merge = "INSERT INTO transcript_search (transcript_search) VALUES ('optimize')"
        connection.execute(sa.text(merge))


def matching(
    connection: Connection, number: sa.ColumnElement[int], phrases: Sequence[Phrase]
) -> sa.ColumnElement[bool]:
    """The condition that the transcript in row ``number`` holds all of the phrases."""
    if connection.dialect.name == "sqlite":
        found = "SELECT rowid FROM transcript_search WHERE transcript_search MATCH :query"
        query = " AND ".join(f'"{" ".join(phrase)}" *' for phrase in phrases)
    else:
        found = (
            "SELECT number FROM transcript_search "
            "WHERE terms @@ CAST(CAST(:query AS text) AS tsquery)"
        )
        query = " & ".join(_tsquery(phrase) for phrase in phrases)
    selected = sa.text(found).bindparams(query=query).columns(sa.column("number", sa.Integer))
    return number.in_(selected)


def _tsquery(phrase: Phrase) -> str:
    *whole, beginning = phrase
    return "(" + " <-> ".join([*(f"'{term}'" for term in whole), f"'{beginning}':*"]) + ")"
