"""Transcripts, their segments, the full-text index over them, metrics of finished sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from vivavoz.history.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    _create_transcripts()
    _create_segments()
    _create_session_metrics()
    _create_search_index()


def downgrade() -> None:
    """Drop everything."""
    for table in ("transcript_search", "session_metrics", "segments", "transcripts"):
        op.drop_table(table)


def _create_transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("number", sa.Integer, nullable=False, comment="Row of the full-text index."),
        sa.Column("id", sa.Uuid, nullable=False, comment="The session's id."),
        sa.Column("user_id", sa.Text),
        sa.Column("status", sa.String(16), nullable=False, comment="live or complete"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, comment="Consolidated when complete."),
        sa.Column("language", sa.String(16)),
        sa.Column("engine", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("last_activity", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("duration_limit_s", sa.Integer, nullable=False),
        sa.Column("duration_s", sa.Float, nullable=False),
        sa.Column("word_count", sa.Integer, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("resume_token_hash", sa.Text, nullable=False),
        sa.Column("stream_mime_type", sa.Text),
        sa.Column("stream_first_sequence_number", sa.Integer),
        sa.Column("stream_first_sample", sa.BigInteger),
        sa.Column("durable_sequence_number", sa.Integer, nullable=False),
        sa.Column("durable_sample", sa.BigInteger, nullable=False),
        sa.Column("saved_at", UtcDateTime, comment="When the transcript file was last written."),
        sa.Column("file_name", sa.Text),
        sa.PrimaryKeyConstraint("number", name="pk_transcripts"),
        sa.UniqueConstraint("id", name="uq_transcripts_id"),
        sa.UniqueConstraint("file_name", name="uq_transcripts_file_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transcripts_started_at", "transcripts", ["started_at"])
    op.create_index(
        "ix_transcripts_status_last_activity", "transcripts", ["status", "last_activity"]
    )


def _create_segments() -> None:
    op.create_table(
        "segments",
        sa.Column("number", sa.Integer, nullable=False, comment="Order of arrival."),
        sa.Column("result_id", sa.Uuid, nullable=False),
        sa.Column("transcript_number", sa.Integer, nullable=False),
        sa.Column("sequence_number", sa.Integer, nullable=False),
        sa.Column("start_s", sa.Float, nullable=False),
        sa.Column("end_s", sa.Float, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_segments"),
        sa.UniqueConstraint("result_id", name="uq_segments_result_id"),
        sa.ForeignKeyConstraint(
            ["transcript_number"],
            ["transcripts.number"],
            name="fk_segments_transcript_number",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_segments_transcript_number", "segments", ["transcript_number"])


def _create_session_metrics() -> None:
    op.create_table(
        "session_metrics",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("audio_s", sa.Float, nullable=False),
        sa.Column("wall_s", sa.Float, nullable=False),
        sa.Column("chunks", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("partials", sa.Integer, nullable=False),
        sa.Column("finals", sa.Integer, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("reconnects", sa.Integer, nullable=False),
        sa.Column("latency_p50_ms", sa.Float, nullable=False),
        sa.Column("latency_p95_ms", sa.Float, nullable=False),
        sa.Column("recognition_s", sa.Float, nullable=False),
        sa.Column("audio_quality_score", sa.Float, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_session_metrics"),
    )
    op.create_index("ix_session_metrics_finished_at", "session_metrics", ["finished_at"])


def _create_search_index() -> None:
    """One row for each complete transcript, under its number.

    ``history.search`` folds and cuts words the same for both databases, so SQLite's tokenizer has
    only to split at spaces and PostgreSQL is given the lexemes themselves.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE transcript_search USING fts5"
            "(terms, tokenize = 'ascii', prefix = '2 3')"
        )
        return
    op.create_table(
        "transcript_search",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("terms", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_transcript_search"),
        sa.ForeignKeyConstraint(
            ["number"],
            ["transcripts.number"],
            name="fk_transcript_search_number",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_transcript_search_terms", "transcript_search", ["terms"], postgresql_using="gin"
    )
