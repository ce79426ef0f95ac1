"""API keys, and the secret that signs tokens."""

import sqlalchemy as sa
from alembic import op

from vivavoz.history.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, comment="SHA-256."),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_table(
        "signing_secret",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False, comment="Always 1."),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_signing_secret"),
    )


def downgrade() -> None:
    """Drop both tables: every key and token is void."""
    op.drop_table("signing_secret")
    op.drop_table("api_keys")
