"""What the runtime asks of the floors beside it, by protocol."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from vivavoz.session.entities import StreamingSession, TranscriptionResult
from vivavoz.session.records import (
    ContainerStream,
    DurableMark,
    SavedTranscript,
    SessionSummary,
    SessionTerms,
    UnfinishedSession,
)


class SessionStore(Protocol):
    """Where a live session's confirmed text goes. Calls block until the work is committed, come
    from one worker thread at a time, and raise ``StorageFailedError`` when the database or the disk
    refuses."""

    def open_session(self, session: StreamingSession, terms: SessionTerms) -> None:
        """Make room for a session that starts to record."""

    def begin_stream(self, session_id: UUID, stream: ContainerStream) -> None:
        """A new container stream begins."""

    def append_final(
        self, result: TranscriptionResult, mark: DurableMark, summary: SessionSummary
    ) -> None:
        """Keep one final result, how far the session is durable with it, and what the session came
        to so far. Idempotent by ``result_id``."""

    def advance(self, session_id: UUID, mark: DurableMark, summary: SessionSummary) -> None:
        """Move the durable mark over audio that held no speech."""

    def keep_metadata(self, session_id: UUID, metadata: dict[str, Any]) -> None:
        """Keep what the session declares, losses for one, in place of what was kept before."""

    def complete(
        self, session: StreamingSession, outcome: str, summary: SessionSummary | None
    ) -> SavedTranscript | None:
        """Consolidate the session into the history, write its transcript file and keep its metrics,
        if it was measured; none when there is no text to keep. Idempotent."""

    def discard(self, session_id: UUID) -> None:
        """Forget a session and its text."""


class TranscriptStore(SessionStore, Protocol):
    """What a server asks besides, also of sessions that it does not hold any more."""

    def save_now(self, session: StreamingSession) -> SavedTranscript | None:
        """Write the transcript file of what is confirmed so far; the session goes on."""

    def find_unfinished(self, session_id: UUID) -> UnfinishedSession | None:
        """The session, if the store holds it and it was not completed, or without its client."""

    def reopen(self, session_id: UUID) -> bool:
        """Take up a session that no process holds, also one that was completed without its client;
        whether it may go on."""

    def unfinished_since(self, before: datetime) -> list[UnfinishedSession]:
        """Unfinished sessions whose last activity was before that time."""

    def forget_terms(self) -> int:
        """Forget with what sessions were opened that may no longer be reopened; how many."""

    def purge_metrics(self, before: datetime) -> int:
        """Delete the metrics of sessions that finished before that time; how many."""
