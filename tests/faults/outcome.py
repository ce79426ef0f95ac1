"""What came of a fault, in the words of the table in docs/reliability.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from tests.faults.dictation import Ending, kept_transcript

NO_LOSS = "text equal to the undisturbed run's"


@dataclass
class Outcome:
    """Checks how a dictation ended and says so.

    Args:
        record: told each property of the running test, for the report.
    """

    record: Callable[[str, object], None]
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Add to the fault's row."""
        self.notes.append(sentence)
        self.record("outcome", sentence)

    async def is_whole(self, session_id: UUID, ending: Ending, undisturbed: str, url: str) -> None:
        """One terminal state, and the same text as without the fault, shown and kept."""
        await self._ended_once(session_id, ending, url)
        assert ending.text == undisturbed
        self.note(NO_LOSS)

    async def declares(
        self, session_id: UUID, ending: Ending, url: str, loss: str
    ) -> list[dict[str, float]]:
        """One terminal state, and the transcript says what is missing: the losses of that kind."""
        kept = await self._ended_once(session_id, ending, url)
        metadata = kept["metadata"]
        assert isinstance(metadata, dict)
        declared: list[dict[str, float]] = metadata[loss]
        assert declared
        self.note(f"the loss is declared in `metadata.{loss}` and told to the client")
        return declared

    async def _ended_once(self, session_id: UUID, ending: Ending, url: str) -> dict[str, object]:
        assert ending.terminal_states in (["completed", "farewell"], ["farewell"])
        kept = await kept_transcript(url, session_id)
        assert kept["text"] == ending.text
        return kept
