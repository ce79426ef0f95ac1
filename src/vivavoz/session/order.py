"""Chunks into one gapless order: duplicates out, early ones held, missing ones named."""

from dataclasses import dataclass

from vivavoz.session.entities import AudioChunk


@dataclass(frozen=True, slots=True)
class MissingChunks:
    """Chunks ``first``..``last`` never came; ``capture_s`` is the time they spanned by the client's
    clock, none when it cannot be known."""

    first: int
    last: int
    capture_s: float | None

    @property
    def sentence(self) -> str:
        """The loss in words."""
        return f"Chunks {self.first} to {self.last} never came; the transcript says so."

    def declared_at(self, audio_s: float) -> dict[str, object]:
        """The loss as metadata and warnings show it; ``audio_s`` is where it lies in the audio."""
        return {
            "first_sequence_number": self.first,
            "last_sequence_number": self.last,
            "at_s": round(audio_s, 3),
            "duration_s": self.capture_s,
        }


class ChunkOrder:
    """Releases chunks in the order of their numbers, whatever the order they come in.

    Args:
        next_sequence_number: the first number to expect.
        window: how many chunks may be held while one before them is missing.
    """

    def __init__(self, next_sequence_number: int, window: int) -> None:
        self._next = next_sequence_number
        self._window = window
        self._held: dict[int, AudioChunk] = {}
        self._last_released: AudioChunk | None = None

    @property
    def received_sequence_number(self) -> int:
        """All chunks up to this one are here."""
        return self._next - 1

    @property
    def expected_sequence_number(self) -> int:
        """The chunk that must come next."""
        return self._next

    @property
    def has_gap(self) -> bool:
        """Whether later chunks wait for the expected one."""
        return bool(self._held)

    def offer(self, chunk: AudioChunk) -> list[AudioChunk]:
        """Take a chunk; return all that are now in order. A known one is passed over.

        A chunk beyond the window is not taken, and must be sent again.
        """
        number = chunk.sequence_number
        if self._next < number < self._next + self._window:
            self._held.setdefault(number, chunk)
        if number != self._next:
            return []
        return self._release(chunk)

    def give_up_gap(self) -> tuple[MissingChunks, list[AudioChunk]]:
        """Stop waiting for the missing chunks: name them and release those held behind them.

        Must only be called while there is a gap.
        """
        first_held = min(self._held)
        chunk = self._held.pop(first_held)
        missing = MissingChunks(self._next, first_held - 1, self._captured_between(chunk))
        return missing, self._release(chunk)

    def _release(self, chunk: AudioChunk) -> list[AudioChunk]:
        released = [chunk]
        self._next = chunk.sequence_number + 1
        while (following := self._held.pop(self._next, None)) is not None:
            released.append(following)
            self._next += 1
        self._last_released = released[-1]
        return released

    def _captured_between(self, chunk: AudioChunk) -> float | None:
        if self._last_released is None:
            return None
        return max((chunk.timestamp - self._last_released.timestamp).total_seconds(), 0.0)
