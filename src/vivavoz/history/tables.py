"""The tables of the history. A change here needs a revision in ``migrations``; a test compares."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, time-zone aware in Python; SQLite, which knows no zones, holds it in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


TRANSCRIPTS = sa.Table(
    "transcripts",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, comment="Row of the full-text index."),
    sa.Column("id", sa.Uuid, nullable=False, unique=True, comment="The session's id."),
    sa.Column("user_id", sa.Text),
    sa.Column("status", sa.String(16), nullable=False, comment="live or complete"),
    sa.Column("title", sa.Text, nullable=False, default=""),
    sa.Column("text", sa.Text, nullable=False, default="", comment="Consolidated when complete."),
    sa.Column("language", sa.String(16)),
    sa.Column("asked_language", sa.String(16), comment="None: to be detected."),
    sa.Column("engine", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("last_activity", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("duration_limit_s", sa.Integer, nullable=False),
    sa.Column("duration_s", sa.Float, nullable=False, default=0.0),
    sa.Column("word_count", sa.Integer, nullable=False, default=0),
    sa.Column("metadata", sa.JSON, nullable=False),
    sa.Column("resume_token_hash", sa.Text, nullable=False),
    sa.Column(
        "recording_options",
        sa.JSON(none_as_null=True),
        comment="Prompts and the like, while the session may go on.",
    ),
    sa.Column(
        "summary",
        sa.JSON(none_as_null=True),
        comment="The metrics so far, while the session may go on.",
    ),
    sa.Column(
        "resumable_until",
        UtcDateTime,
        index=True,
        comment="Completed without its client, which may come back until then.",
    ),
    sa.Column("stream_mime_type", sa.Text),
    sa.Column("stream_first_sequence_number", sa.Integer),
    sa.Column("stream_first_sample", sa.BigInteger),
    sa.Column("durable_sequence_number", sa.Integer, nullable=False, default=0),
    sa.Column("durable_sample", sa.BigInteger, nullable=False, default=0),
    sa.Column("saved_at", UtcDateTime, comment="When the transcript file was last written."),
    sa.Column("file_name", sa.Text, unique=True),
    sa.Column("edited_at", UtcDateTime, comment="When the text was last edited, if it was."),
    sa.Column("deleted_at", UtcDateTime, comment="Hidden since then, until it can go for good."),
    sa.Index("ix_transcripts_listed", "status", "deleted_at", "started_at", "user_id"),
    sa.Index("ix_transcripts_status_last_activity", "status", "last_activity"),
    sqlite_autoincrement=True,
)

SEGMENTS = sa.Table(
    "segments",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, comment="Order of arrival."),
    sa.Column("result_id", sa.Uuid, nullable=False, unique=True),
    sa.Column(
        "transcript_number",
        sa.ForeignKey("transcripts.number", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("sequence_number", sa.Integer, nullable=False),
    sa.Column("start_s", sa.Float, nullable=False),
    sa.Column("end_s", sa.Float, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("words", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

SESSION_METRICS = sa.Table(
    "session_metrics",
    METADATA,
    sa.Column("session_id", sa.Uuid, primary_key=True),
    sa.Column("finished_at", UtcDateTime, nullable=False, index=True),
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
)

API_KEYS = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True, comment="SHA-256."),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
)

SIGNING_SECRET = sa.Table(
    "signing_secret",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="Always 1."),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
