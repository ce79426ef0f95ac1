"""What a recording asks for, so that a session goes on as it began after a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "transcripts",
        sa.Column(
            "recording_options",
            sa.JSON(none_as_null=True),
            comment="Prompts and the like, while the session may go on.",
        ),
    )


def downgrade() -> None:
    """Drop it: sessions that are resumed after a restart go on without their prompts."""
    op.drop_column("transcripts", "recording_options")
