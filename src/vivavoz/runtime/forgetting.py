"""A store for sessions that nobody wants to find again."""

from typing import Any
from uuid import UUID

from vivavoz.session.entities import StreamingSession, TranscriptionResult
from vivavoz.session.records import (
    ContainerStream,
    DurableMark,
    SavedTranscript,
    SessionSummary,
    SessionTerms,
)


class ForgettingStore:
    """Keeps nothing, so what it is given is as safe as it will ever be."""

    def open_session(self, session: StreamingSession, terms: SessionTerms) -> None:
        """Nothing."""

    def begin_stream(self, session_id: UUID, stream: ContainerStream) -> None:
        """Nothing."""

    def append_final(
        self, result: TranscriptionResult, mark: DurableMark, summary: SessionSummary
    ) -> None:
        """Nothing."""

    def advance(self, session_id: UUID, mark: DurableMark, summary: SessionSummary) -> None:
        """Nothing."""

    def keep_metadata(self, session_id: UUID, metadata: dict[str, Any]) -> None:
        """Nothing."""

    def complete(
        self, session: StreamingSession, outcome: str, summary: SessionSummary | None
    ) -> SavedTranscript | None:
        """There is no transcript."""
        return None

    def discard(self, session_id: UUID) -> None:
        """Nothing."""
