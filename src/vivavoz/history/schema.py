"""Brings the tables of a database to the newest revision in ``migrations``."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = sa.table("alembic_version", sa.column("version_num", sa.String))


class NewerSchemaError(Exception):
    """A later Vivavoz wrote the database."""


def upgrade(connection: Connection) -> None:
    """Run what revisions are missing, in the transaction of ``connection``.

    Raises:
        NewerSchemaError: the database has a revision that is unknown here.
    """
    if _revision_of(connection) != newest_revision():
        _migrate(connection)


def newest_revision() -> str:
    """What the tables in the code are; revisions are numbered in the names of their files."""
    names = (path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    return max(name.partition("_")[0] for name in names)


def _revision_of(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION_TABLE.name):
        return None
    return connection.execute(sa.select(_VERSION_TABLE)).scalar()


def _migrate(connection: Connection) -> None:
    # Imported here because nearly every start finds the tables as they should be.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NewerSchemaError(str(error)) from error
