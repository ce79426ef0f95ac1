"""Texts that were edited, transcripts that wait to be deleted, an index that holds all of the list.

The index spares the list and its count the rows themselves, whose texts are long.
"""

import sqlalchemy as sa
from alembic import op

from vivavoz.history.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; put the wider index in the narrow one's place."""
    op.add_column(
        "transcripts",
        sa.Column("edited_at", UtcDateTime, comment="When the text was last edited, if it was."),
    )
    op.add_column(
        "transcripts",
        sa.Column(
            "deleted_at", UtcDateTime, comment="Hidden since then, until it can go for good."
        ),
    )
    op.create_index(
        "ix_transcripts_listed", "transcripts", ["status", "deleted_at", "started_at", "user_id"]
    )
    op.drop_index("ix_transcripts_started_at", "transcripts")


def downgrade() -> None:
    """Drop them: edited texts stay, deleted transcripts are back."""
    op.create_index("ix_transcripts_started_at", "transcripts", ["started_at"])
    op.drop_index("ix_transcripts_listed", "transcripts")
    op.drop_column("transcripts", "deleted_at")
    op.drop_column("transcripts", "edited_at")
