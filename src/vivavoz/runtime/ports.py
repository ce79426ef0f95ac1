"""What the runtime asks of the floors beside it, by protocol."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from vivavoz.session.entities import StreamingSession, TranscriptionResult
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import (
    ContainerStream,
    DurableMark,
    SavedTranscript,
    SessionSummary,
    UnfinishedSession,
)


class TranscriptStore(Protocol):
    """Where confirmed text goes. Calls block until the work is committed, come from one worker
    thread at a time, and raise ``StorageFailedError`` when the database or the disk refuses."""

    def open_session(
        self,
        session: StreamingSession,
        resume_token_hash: str,
        language: str | None,
        options: RecordingOptions,
    ) -> None:
        """Make room for a session that starts to record."""

    def begin_stream(self, session_id: UUID, stream: ContainerStream) -> None:
        """A new container stream begins."""

    def append_final(self, result: TranscriptionResult, mark: DurableMark) -> None:
        """Keep one final result and how far the session is durable with it. Idempotent by
        ``result_id``."""

    def advance(self, session_id: UUID, mark: DurableMark) -> None:
        """Move the durable mark over audio that held no speech."""

    def keep_metadata(self, session_id: UUID, metadata: dict[str, Any]) -> None:
        """Keep what the session declares, losses for one, in place of what was kept before."""

    def complete(
        self, session: StreamingSession, summary: SessionSummary
    ) -> SavedTranscript | None:
        """Consolidate the session into the history and write its transcript file; none when there
        is no text to keep. Idempotent."""

    def save_now(self, session: StreamingSession) -> SavedTranscript | None:
        """Write the transcript file of what is confirmed so far; the session goes on."""

    def discard(self, session_id: UUID) -> None:
        """Forget a session and its text."""

    def find_unfinished(self, session_id: UUID) -> UnfinishedSession | None:
        """The session, if the store holds it and it was not completed, or without its client."""

    def reopen(self, session_id: UUID) -> bool:
        """Let a session go on that was completed without its client; whether it may."""

    def unfinished_since(self, before: datetime) -> list[UnfinishedSession]:
        """Unfinished sessions whose last activity was before that time."""
