"""Alembic's entry point: runs revisions on the connection that ``history.database`` gives it."""

from alembic import context

from vivavoz.history.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
