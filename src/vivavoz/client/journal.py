"""All that a dictation has to tell the server, in order, with a cursor at what is next. [pure]"""

from dataclasses import dataclass

from vivavoz.client.buffer import Chunk, ChunkBuffer
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import PauseRecording, ResumeRecording, StartRecording, StopRecording
from vivavoz.session.wire import encode_binary_chunk, encode_client

Control = StartRecording | PauseRecording | ResumeRecording | StopRecording

_STATUS_AFTER: dict[type[Control], SessionStatus] = {
    StartRecording: SessionStatus.RECORDING,
    PauseRecording: SessionStatus.PAUSED,
    ResumeRecording: SessionStatus.RECORDING,
    StopRecording: SessionStatus.FINALIZING,
}


@dataclass(frozen=True, slots=True)
class _PlacedControl:
    control: Control
    after: int
    """The chunk behind which it goes."""


class Journal:
    """Audio chunks and the control events between them.

    Args:
        max_chunk_bytes: the server's limit of one chunk.
    """

    def __init__(self, max_chunk_bytes: int) -> None:
        self.buffer = ChunkBuffer(max_chunk_bytes)
        self._controls: list[_PlacedControl] = []
        self._next_control = 0
        self._next_chunk = 1

    def control(self, control: Control) -> None:
        """Keep a control event; it goes out behind the newest chunk."""
        self._controls.append(_PlacedControl(control, self.buffer.last_sequence_number))
        if isinstance(control, StartRecording | ResumeRecording) and control.mime_type:
            self.buffer.begin_stream(control.mime_type)

    def audio(self, audio: bytes, captured_at_ms: float) -> None:
        """Keep audio."""
        self.buffer.append(audio, captured_at_ms)

    def take(self, highest_sequence_number: int) -> Control | Chunk | None:
        """What goes out next; no chunk above the number that flow control allows."""
        if self._next_control < len(self._controls):
            placed = self._controls[self._next_control]
            if placed.after < self._next_chunk:
                self._next_control += 1
                return placed.control
        if self._next_chunk > highest_sequence_number:
            return None
        chunk = self.buffer.chunk(self._next_chunk)
        if chunk is not None:
            self._next_chunk += 1
        return chunk

    def send_again_from(self, sequence_number: int) -> None:
        """The server misses chunks on a connection that holds; control events arrived."""
        self._next_chunk = min(self._next_chunk, sequence_number)

    def resume(self, sequence_number: int, status: SessionStatus) -> None:
        """Go on over a new connection to a server that waits for that chunk in that status.

        Control events before chunks that the server has are done. Of those at the seam and behind
        it, the ones that lead to the server's status are done too, the shortest such way: saying
        a pause and its resumption twice does no harm, leaving them out would.
        """
        self._next_chunk = sequence_number
        done = sum(placed.after < sequence_number - 1 for placed in self._controls)
        reached = _status_after(self._controls[:done])
        self._next_control = done
        for position, placed in enumerate(self._controls[done:], start=done + 1):
            if reached is status:
                return
            reached = _STATUS_AFTER[type(placed.control)]
            if reached is status:
                self._next_control = position


def encode(entry: Control | Chunk) -> str | bytes:
    """An entry as a message: text, or a binary frame for a chunk."""
    if isinstance(entry, Chunk):
        return encode_binary_chunk(entry.sequence_number, entry.captured_at_ms, entry.audio)
    return encode_client(entry)


def _status_after(controls: list[_PlacedControl]) -> SessionStatus:
    if not controls:
        return SessionStatus.CONNECTED
    return _STATUS_AFTER[type(controls[-1].control)]
