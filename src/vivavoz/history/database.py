"""One door to the database of the history: SQLite or PostgreSQL, migrated when it is opened.

Whatever the database or the disk refuses leaves here as ``StorageFailedError``, without any of the
text that was to be kept.
"""

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from vivavoz.errors import StorageFailedError
from vivavoz.history.schema import NewerSchemaError, upgrade

_SERIAL_LOCK = 0x56495641
"""Key of the PostgreSQL advisory lock under which one transaction at a time goes on."""

_WRITE = {"vivavoz_write": True}
_ONE_VIEW = {"isolation_level": "REPEATABLE READ"}
"""What SQLite gives to every transaction and PostgreSQL has to be asked for."""


class Database:
    """Transactions on the history's database; may be used from many threads.

    SQLite runs in WAL mode with ``synchronous=FULL``: a commit survives the process and the power,
    because a client forgets its audio once it is told that the text is durable.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://...`` (driver psycopg).
        lock_timeout_s: how long a call waits for another writer.

    Raises:
        StorageFailedError: the URL is unusable, the database is away, or its tables are newer.
    """

    def __init__(self, url: str, *, lock_timeout_s: float = 5.0) -> None:
        parsed = _parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.location = (
            str(parsed.database) if self.is_sqlite else parsed.render_as_string(hide_password=True)
        )
        with self.refusals():
            create = _create_sqlite_engine if self.is_sqlite else _create_postgresql_engine
            self.engine = create(parsed, lock_timeout_s)
        self._writer = self.engine.execution_options(**_WRITE)
        self._reader = self.engine.execution_options(**({} if self.is_sqlite else _ONE_VIEW))
        try:
            self._migrate()
        except StorageFailedError:
            self.engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view, no lock."""
        with self.refusals(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes, committed at the end of the block."""
        with self.refusals(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """As ``write``, while no other ``write_alone`` runs in any process."""
        with self.write() as connection:
            if not self.is_sqlite:  # SQLite has one writer at a time by itself
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SERIAL_LOCK)))
            yield connection

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn what the database or the disk refuses into ``StorageFailedError``."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            cause: BaseException = getattr(error, "orig", None) or error
            place = getattr(error, "filename", None) or self.location
            raise StorageFailedError(
                f"The history at {place} could not be read or written: {_remedy(cause)}",
                cause=type(cause).__name__,
            ) from error

    def empty_log(self) -> None:
        """Empty SQLite's write-ahead log, which holds pages from before their text was deleted.

        It waits for nobody: while others read or write, it stays as it is until it is asked for
        again.
        """
        if self.is_sqlite:
            with self.refusals(), closing(sqlite3.connect(self.location, timeout=0)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _migrate(self) -> None:
        with self.write_alone() as connection:
            try:
                upgrade(connection)
            except NewerSchemaError as error:
                raise StorageFailedError(
                    f"The history at {self.location} was written by a newer Vivavoz: upgrade "
                    "Vivavoz, or name another database in VIVAVOZ_DATABASE_URL."
                ) from error


def _remedy(cause: BaseException) -> str:
    """What happened and what to do, without quoting anything that the statement carried."""
    said = str(cause).lower()
    number = getattr(cause, "errno", None)
    if "locked" in said or "lock timeout" in said or "busy" in said:
        return "another program holds its lock. Close that program, or wait, and try again."
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or " full" in said:
        return "the disk is full. Free some space and try again."
    if number in {errno.EACCES, errno.EPERM, errno.EROFS} or "readonly" in said:
        return "it may not be written. Give the server write permission on that place."
    if "unable to open database file" in said:
        return "the file cannot be opened. Check that its folder exists and may be written."
    if "not a database" in said or "malformed" in said:
        return "the file is damaged or is no database. Restore a copy or name another file."
    if "connect" in said or "server closed" in said or "terminating" in said:
        return "the database server does not answer. Start it, or check VIVAVOZ_DATABASE_URL."
    if isinstance(cause, OSError) and cause.strerror:
        return f"{cause.strerror}. Put that right and try again."
    return f"{type(cause).__name__}. See the server's log for its cause."


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as error:
        raise StorageFailedError(
            "VIVAVOZ_DATABASE_URL is not a database URL; it should look like "
            "sqlite:////folder/vivavoz.db or postgresql://user:password@host/database."
        ) from error
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StorageFailedError(
            f"The history cannot be kept in {backend}: name a sqlite:/// or postgresql:// URL in "
            "VIVAVOZ_DATABASE_URL."
        )
    if parsed.database in {None, "", ":memory:"}:
        raise StorageFailedError(
            "The history needs a database file: name one in VIVAVOZ_DATABASE_URL, as in "
            "sqlite:////folder/vivavoz.db."
        )
    return parsed.set(drivername="sqlite+pysqlite")


def _create_sqlite_engine(url: URL, lock_timeout_s: float) -> Engine:
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": lock_timeout_s})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        _keep_write_ahead_log(connection, lock_timeout_s)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that began as a reader could not wait for it.
        is_writer = connection.get_execution_options().get("vivavoz_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def _keep_write_ahead_log(connection: sqlite3.Connection, lock_timeout_s: float) -> None:
    """Set the journal's mode, which SQLite refuses at once where another holds the lock.

    It waits for every other lock; here two that open a new file would wait for each other.
    """
    deadline = time.monotonic() + lock_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            is_locked = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_locked or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(0.01)


def _create_postgresql_engine(url: URL, lock_timeout_s: float) -> Engine:
    try:
        return sa.create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "options": f"-c lock_timeout={round(lock_timeout_s * 1000)}",
            },
        )
    except ModuleNotFoundError as error:
        raise StorageFailedError(
            "The PostgreSQL driver is missing: install it with pip install 'vivavoz[postgresql]'."
        ) from error
