"""Databases as older versions left them; for the suites of the history."""

import io

from alembic import command
from alembic.config import Config

from vivavoz.history.database import Database
from vivavoz.history.schema import _MIGRATIONS

REVISIONS = sorted(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
OLDER = REVISIONS[:-1]


def downgrade(database: Database, revision: str) -> None:
    """Make it what that revision was."""
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with database.write_alone() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
