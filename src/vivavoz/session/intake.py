"""What a session lets in: chunks within the limits, in order, acknowledged."""

from vivavoz.errors import (
    ChunkLimitReachedError,
    ChunkTooLargeError,
    InvalidStateError,
    RateLimitedError,
    SequenceMismatchError,
    SessionBytesLimitReachedError,
    TooManyUnacknowledgedError,
)
from vivavoz.session.entities import AudioChunk
from vivavoz.session.limits import SessionRules
from vivavoz.session.order import ChunkOrder, MissingChunks

_RATE_WINDOW_S = 10.0


class AudioIntake:
    """The gate through which chunks enter a session.

    Args:
        next_sequence_number: the first chunk to expect.
        rules: the session's limits.
        now_s: the monotonic time of creation.
    """

    def __init__(self, next_sequence_number: int, rules: SessionRules, now_s: float) -> None:
        self.chunks_received = 0
        self.bytes_received = 0
        self._rules = rules
        self._order = ChunkOrder(next_sequence_number, rules.reorder_window_chunks)
        self.acknowledged_sequence_number = next_sequence_number - 1
        self._last: int | None = None
        self._is_stopped = False
        self._stream_has_ended = False
        self._told_missing = 0
        self._rate_credit = _RATE_WINDOW_S * rules.max_chunks_per_second
        self._rate_at_s = now_s

    @property
    def received_sequence_number(self) -> int:
        """All chunks up to this one are here."""
        return self._order.received_sequence_number

    @property
    def expected_sequence_number(self) -> int:
        """The chunk that must come next."""
        return self._order.expected_sequence_number

    @property
    def is_waiting(self) -> bool:
        """Whether a chunk is known to be missing."""
        return self._order.has_gap or (
            self._last is not None and self.received_sequence_number < self._last
        )

    def offer(self, chunk: AudioChunk, now_s: float) -> list[AudioChunk]:
        """Take a chunk; return all that are now in order.

        Raises:
            ChunkTooLargeError, RateLimitedError, TooManyUnacknowledgedError,
            ChunkLimitReachedError, SessionBytesLimitReachedError: a limit; it was not taken.
            InvalidStateError: its stream has ended already; it was not taken.
            SequenceMismatchError: a chunk before this one is missing; said once for each.
        """
        if chunk.sequence_number >= self.expected_sequence_number:
            self.require_open_stream()
            self._refuse_unfit(chunk)
        self._spend_rate(now_s)
        released = self._order.offer(chunk)
        self._count(released)
        if chunk.sequence_number > self.received_sequence_number:
            self._tell_missing(chunk)
        return released

    def begin_stream(self) -> None:
        """A new stream begins with the next chunk. Raises as ``end_stream``."""
        self.end_stream()
        self._stream_has_ended = False

    def end_stream(self) -> None:
        """No more audio of the present stream comes.

        Raises:
            SequenceMismatchError: chunks of it are missing.
        """
        if self._order.has_gap:
            expected = self.expected_sequence_number
            raise SequenceMismatchError(
                f"Chunk {expected} is missing; send again from {expected}, then this event.",
                expected_sequence_number=expected,
            )
        self._stream_has_ended = True

    def require_open_stream(self) -> None:
        """Make sure that audio may follow.

        Raises:
            InvalidStateError: the stream has ended, or the recording.
        """
        if self._stream_has_ended:
            raise InvalidStateError(
                "The stream has ended; send resume_recording with the mime_type of the next one."
            )
        if self._is_stopped and not self.is_waiting:
            raise InvalidStateError("The recording has ended; start a new session to go on.")

    def expect_last(self, sequence_number: int | None) -> None:
        """No chunk comes after this one; none: after those that are here."""
        self._last = sequence_number
        self._is_stopped = True

    def ask_for_missing(self) -> None:
        """Ask for a chunk that is known to be missing, once more if need be.

        Raises:
            SequenceMismatchError: there is one.
        """
        if self.is_waiting:
            expected = self.expected_sequence_number
            raise SequenceMismatchError(
                f"Chunk {expected} is missing; send again from {expected}.",
                expected_sequence_number=expected,
            )

    def acknowledge(self) -> None:
        """Tell the client all that is here, for which it may send as many more."""
        self.acknowledged_sequence_number = self.received_sequence_number

    def connection_resumed(self) -> None:
        """The client now knows what is here, and nothing else is in flight."""
        self.acknowledge()
        self._told_missing = 0

    def give_up_missing(self) -> tuple[MissingChunks, list[AudioChunk]]:
        """Stop waiting for the first missing chunks: name them, release those behind them.

        Must only be called while ``is_waiting``.
        """
        if self._order.has_gap:
            missing, released = self._order.give_up_gap()
            self._count(released)
            return missing, released
        last = self._last or 0
        self._last = None
        return MissingChunks(self.expected_sequence_number, last, None), []

    def _refuse_unfit(self, chunk: AudioChunk) -> None:
        rules, expected = self._rules, self.expected_sequence_number
        if chunk.size_bytes > rules.max_chunk_bytes:
            raise ChunkTooLargeError(
                f"A chunk of {chunk.size_bytes} bytes is over the limit of "
                f"{rules.max_chunk_bytes}; cut it into smaller ones.",
                size_bytes=chunk.size_bytes,
                max_chunk_bytes=rules.max_chunk_bytes,
            )
        if chunk.sequence_number > rules.max_chunks:
            raise ChunkLimitReachedError(
                f"The session reached {rules.max_chunks} chunks; it is saved. Start a new one.",
                max_chunks=rules.max_chunks,
            )
        if self.bytes_received + chunk.size_bytes > rules.max_session_bytes:
            raise SessionBytesLimitReachedError(
                f"The session reached {rules.max_session_bytes} bytes; it is saved. "
                "Start a new one.",
                max_session_bytes=rules.max_session_bytes,
            )
        newest = self.acknowledged_sequence_number + rules.max_unacknowledged_chunks
        if chunk.sequence_number > newest:
            raise TooManyUnacknowledgedError(
                f"More than {rules.max_unacknowledged_chunks} chunks wait for their ack; "
                f"wait for acks, then send again from {expected}.",
                expected_sequence_number=expected,
                max_unacknowledged_chunks=rules.max_unacknowledged_chunks,
            )

    def _spend_rate(self, now_s: float) -> None:
        rate = self._rules.max_chunks_per_second
        earned = (now_s - self._rate_at_s) * rate
        self._rate_credit = min(self._rate_credit + earned, _RATE_WINDOW_S * rate)
        self._rate_at_s = now_s
        if self._rate_credit < 1:
            raise RateLimitedError(
                f"Chunks come faster than {rate} a second; slow down and send again from "
                f"{self.expected_sequence_number}.",
                expected_sequence_number=self.expected_sequence_number,
                retry_after_s=1.0,
            )
        self._rate_credit -= 1

    def _count(self, released: list[AudioChunk]) -> None:
        self.chunks_received += len(released)
        self.bytes_received += sum(chunk.size_bytes for chunk in released)

    def _tell_missing(self, chunk: AudioChunk) -> None:
        expected = self.expected_sequence_number
        was_taken = chunk.sequence_number < expected + self._rules.reorder_window_chunks
        if self._told_missing == expected and was_taken:
            return
        self._told_missing = expected
        raise SequenceMismatchError(
            f"Chunk {expected} is missing before chunk {chunk.sequence_number}; send again from "
            f"{expected}.",
            expected_sequence_number=expected,
            received_sequence_number=chunk.sequence_number,
        )
