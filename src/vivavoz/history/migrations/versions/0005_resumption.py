"""What a session came to so far, which language it asked for, until when it may be reopened.

Engines that no earlier version knew of a session left behind are unknown rather than empty.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from vivavoz.history.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TRANSCRIPTS = sa.table(
    "transcripts",
    sa.column("number", sa.Integer),
    sa.column("status", sa.String),
    sa.column("language", sa.String),
    sa.column("asked_language", sa.String),
    sa.column("engine", sa.Text),
    sa.column("model", sa.Text),
    sa.column("started_at", UtcDateTime),
    sa.column("duration_limit_s", sa.Integer),
    sa.column("resume_token_hash", sa.Text),
    sa.column("recording_options", sa.JSON(none_as_null=True)),
    sa.column("edited_at", UtcDateTime),
    sa.column("deleted_at", UtcDateTime),
    sa.column("resumable_until", UtcDateTime),
)


def upgrade() -> None:
    """Add the columns and fill them."""
    for column in (
        sa.Column("asked_language", sa.String(16), comment="None: to be detected."),
        sa.Column(
            "summary",
            sa.JSON(none_as_null=True),
            comment="The metrics so far, while the session may go on.",
        ),
        sa.Column(
            "resumable_until",
            UtcDateTime,
            comment="Completed without its client, which may come back until then.",
        ),
    ):
        op.add_column("transcripts", column)
    op.create_index("ix_transcripts_resumable_until", "transcripts", ["resumable_until"])
    _fill()


def downgrade() -> None:
    """Drop them; live sessions go on with their language."""
    table = _TRANSCRIPTS
    op.execute(
        sa.update(table).where(table.c.status == "live").values(language=table.c.asked_language)
    )
    op.drop_index("ix_transcripts_resumable_until", "transcripts")
    for name in ("resumable_until", "summary", "asked_language"):
        op.drop_column("transcripts", name)


def _fill() -> None:
    table = _TRANSCRIPTS
    connection = op.get_bind()
    connection.execute(sa.update(table).values(asked_language=table.c.language))
    connection.execute(sa.update(table).where(table.c.engine == "").values(engine=None, model=None))
    is_complete = table.c.status == "complete"
    is_touched = table.c.edited_at.is_not(None) | table.c.deleted_at.is_not(None)
    connection.execute(
        sa.update(table)
        .where(is_complete, is_touched)
        .values(resume_token_hash="", recording_options=None)
    )
    resumable = connection.execute(
        sa.select(table.c.number, table.c.started_at, table.c.duration_limit_s).where(
            is_complete, table.c.resume_token_hash != ""
        )
    ).all()
    for row in resumable:
        ends_at = row.started_at + timedelta(seconds=row.duration_limit_s)
        connection.execute(
            sa.update(table).where(table.c.number == row.number).values(resumable_until=ends_at)
        )
