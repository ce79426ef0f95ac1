"""One session's rules: its status, its audio's way in, its watermarks and its deadlines.

No I/O and no clock: method calls carry the moment, ``events_to_send`` is what must be sent.
"""

from typing import Any

from vivavoz.errors import InvalidStateError, TooManyReconnectsError
from vivavoz.session.deadlines import Deadline, Deadlines, Moment
from vivavoz.session.duration import DurationLimit
from vivavoz.session.entities import AudioChunk, SessionStatus, StreamingSession
from vivavoz.session.events import Ack, ServerEvent, Warned, WarningCode
from vivavoz.session.intake import AudioIntake
from vivavoz.session.lifecycle import Lifecycle
from vivavoz.session.limits import SessionRules
from vivavoz.session.records import ContainerStream, DurableMark, UnfinishedSession
from vivavoz.session.watermarks import Watermarks

_TAKES_AUDIO = frozenset({SessionStatus.RECORDING, SessionStatus.PAUSED, SessionStatus.FINALIZING})
_OF_A_CONNECTION = (Deadline.CONNECT, Deadline.IDLE, Deadline.GAP, Deadline.DURATION_WARNING)


class Session:
    """A live session.

    Args:
        entity: its data; the session keeps it up to date.
        rules: its limits.
        at: the moment of creation.
        earlier: what the store knows, when another process began the session.
    """

    def __init__(
        self,
        entity: StreamingSession,
        rules: SessionRules,
        at: Moment,
        earlier: UnfinishedSession | None = None,
    ) -> None:
        self.entity = entity
        self.rules = rules
        self.deadlines = Deadlines()
        self.stream: ContainerStream | None = None
        self.durable = DurableMark()
        self.reconnects = 0
        self.earlier_summary = None if earlier is None else earlier.summary
        self._outgoing: list[ServerEvent] = []
        if earlier is None:
            self._lifecycle = Lifecycle(entity, entity.status, self._outgoing.append)
            self.deadlines.set(Deadline.CONNECT, at.monotonic_s + rules.connect_timeout_s)
        else:
            self.stream, self.durable = earlier.stream, earlier.mark
            held = SessionStatus.RECORDING if earlier.stream else SessionStatus.CONNECTED
            self._lifecycle = Lifecycle(entity, held, self._outgoing.append)
            self._lifecycle.move_to(SessionStatus.RECONNECTING)
            self.deadlines.set(Deadline.RESUME, at.monotonic_s + rules.resume_window_s)
        trail_start = self.stream.beginning if self.stream else DurableMark()
        self.intake = AudioIntake(trail_start.sequence_number + 1, rules, at.monotonic_s)
        self.watermarks = Watermarks(trail_start)
        self._duration = DurationLimit(entity, self.deadlines, at)

    # --- what it tells ----------------------------------------------------------------------------

    @property
    def status(self) -> SessionStatus:
        """The present status."""
        return self._lifecycle.status

    @property
    def working_status(self) -> SessionStatus:
        """The status apart from the connection: the one held while reconnecting."""
        return self._lifecycle.working_status

    @property
    def is_terminal(self) -> bool:
        """Whether the session is over."""
        return self._lifecycle.is_terminal

    @property
    def input_is_complete(self) -> bool:
        """Whether the recording was stopped and no chunk is still on its way."""
        return self.working_status is SessionStatus.FINALIZING and not self.intake.is_waiting

    def events_to_send(self) -> list[ServerEvent]:
        """What has to go to the client since the last call."""
        events = self._outgoing.copy()
        self._outgoing.clear()
        return events

    # --- the connection ---------------------------------------------------------------------------

    def connected(self, at: Moment) -> None:
        """The first connection is open."""
        self._lifecycle.move_to(SessionStatus.CONNECTED)
        self.deadlines.set(Deadline.CONNECT, at.monotonic_s + self.rules.connect_timeout_s)
        self._duration.expect_warning(self.rules.duration_warning_s)

    def connection_lost(self, at: Moment) -> None:
        """No connection is left; the session waits for its client."""
        if self.is_terminal or self.status is SessionStatus.RECONNECTING:
            return
        self._lifecycle.move_to(SessionStatus.RECONNECTING)
        self.deadlines.clear(*_OF_A_CONNECTION)
        self.deadlines.set(Deadline.RESUME, at.monotonic_s + self.rules.resume_window_s)

    def connection_resumed(self, at: Moment) -> None:
        """A connection with the right token is open, in place of any other.

        Raises:
            TooManyReconnectsError: the session was resumed too often; nothing was changed.
        """
        if self.reconnects >= self.rules.max_reconnects:
            raise TooManyReconnectsError(
                f"This session was resumed {self.reconnects} times, which is the limit. "
                "Start a new session.",
                max_reconnects=self.rules.max_reconnects,
            )
        self.reconnects += 1
        self._lifecycle.leave_reconnecting()
        self.intake.connection_resumed()
        self.deadlines.clear(Deadline.RESUME)
        self._duration.expect_warning(self.rules.duration_warning_s)
        self._after_intake(at)
        self.heard_from_client(at)

    def heard_from_client(self, at: Moment) -> None:
        """Some message came."""
        self.entity.last_activity = at.wall
        self.deadlines.clear(Deadline.CONNECT)
        self.deadlines.set(Deadline.IDLE, at.monotonic_s + self.rules.idle_timeout_s)

    # --- client events ----------------------------------------------------------------------------

    def start_recording(self, mime_type: str) -> ContainerStream:
        """Audio of that type follows, in a first container stream.

        Raises:
            InvalidStateError: the session is not connected, or records already.
        """
        self._lifecycle.require(SessionStatus.CONNECTED, "started")
        self._lifecycle.move_to(SessionStatus.RECORDING)
        return self._begin_stream(mime_type)

    def pause_recording(self, *, stream_ended: bool) -> None:
        """The client pauses, or stops its recorder for a while.

        Raises:
            InvalidStateError: the session is not recording.
            SequenceMismatchError: a chunk of the stream that ended is missing.
        """
        self._lifecycle.require(SessionStatus.RECORDING, "paused")
        if stream_ended:
            self.intake.end_stream()
        self._lifecycle.move_to(SessionStatus.PAUSED)

    def resume_recording(self, mime_type: str | None) -> ContainerStream | None:
        """The client goes on, in a new container stream if it names a type.

        Raises:
            InvalidStateError: the session is not paused, or its stream has ended and none is named.
            SequenceMismatchError: a chunk of the stream before is missing.
        """
        self._lifecycle.require(SessionStatus.PAUSED, "resumed")
        if mime_type:
            self.intake.begin_stream()
        else:
            self.intake.require_open_stream()
        self._lifecycle.move_to(SessionStatus.RECORDING)
        return self._begin_stream(mime_type) if mime_type else None

    def stop_recording(self, last_sequence_number: int | None, at: Moment) -> None:
        """No more audio comes, except chunks up to ``last_sequence_number``. Twice is once.

        Raises:
            IllegalTransitionError: there is no recording to stop.
        """
        if self.working_status is SessionStatus.FINALIZING:
            return
        self._lifecycle.move_to(SessionStatus.FINALIZING)
        self.intake.expect_last(last_sequence_number)
        self._after_intake(at)

    def receive_chunk(self, chunk: AudioChunk, at: Moment) -> list[AudioChunk]:
        """Take one chunk; return those that are now in order, to be decoded.

        Raises:
            InvalidStateError: no recording is going on, or its stream has ended.
            ClientError: as ``AudioIntake.offer``.
        """
        if self.status not in _TAKES_AUDIO:
            raise InvalidStateError(
                f"Audio came while the session is {self.status}; send start_recording first.",
                status=self.status.value,
            )
        received = self.intake.received_sequence_number
        try:
            return self.intake.offer(chunk, at.monotonic_s)
        finally:
            if self.intake.received_sequence_number != received:
                self.deadlines.clear(Deadline.GAP)
            self._after_intake(at)

    # --- what the server does with it -------------------------------------------------------------

    def acknowledge(self, queue_size: int, *, may_send_more: bool) -> None:
        """Tell the client how far its audio has come; only then may it send more if it may."""
        if may_send_more:
            self.intake.acknowledge()
        ack = Ack(
            received_sequence_number=self.intake.acknowledged_sequence_number,
            durable_sequence_number=self.durable.sequence_number,
            queue_size=queue_size,
        )
        self._outgoing.append(ack)

    def committed(self, mark: DurableMark) -> bool:
        """The store holds all text up to ``mark``; whether that frees chunks at the client."""
        before, self.durable = self.durable, self.durable.merged(mark)
        return self.durable.sequence_number > before.sequence_number

    def declare_gap(self, at: Moment) -> list[AudioChunk]:
        """Stop waiting for missing chunks: declare them lost, return those behind them."""
        missing, released = self.intake.give_up_missing()
        lost = missing.declared_at(self.watermarks.decoded.audio_s)
        declared = self.entity.metadata.setdefault("lost_audio", [])
        if lost not in declared:  # a restarted server meets the same gap again
            declared.append(lost)
        self._warn(WarningCode.AUDIO_GAP, missing.sentence, lost, at)
        self._after_intake(at)
        return released

    def warn_of_duration_limit(self, at: Moment) -> None:
        """Tell the client that its time is nearly over."""
        left_s = self._duration.remaining_s(at)
        sentence = f"The session ends and is saved in {left_s} seconds."
        self._warn(WarningCode.DURATION_LIMIT_NEAR, sentence, {"remaining_s": left_s}, at)

    def finalize(self, at: Moment) -> list[AudioChunk]:
        """End the recording from the server's side: return the chunks held behind gaps, the last
        that will be decoded."""
        if self.working_status is not SessionStatus.FINALIZING:
            self._lifecycle.move_to(SessionStatus.FINALIZING)
            self.intake.expect_last(None)
        released: list[AudioChunk] = []
        while self.intake.is_waiting:
            released += self.declare_gap(at)
        self.deadlines.clear(*Deadline)
        return released

    def complete(self) -> None:
        """Everything is transcribed and kept."""
        self._lifecycle.leave_reconnecting()
        self._lifecycle.move_to(SessionStatus.COMPLETED)
        self.deadlines.clear(*Deadline)

    def fail(self) -> None:
        """The session cannot go on."""
        self._lifecycle.move_to(SessionStatus.ERROR)
        self.deadlines.clear(*Deadline)

    # --- inside -----------------------------------------------------------------------------------

    def _begin_stream(self, mime_type: str) -> ContainerStream:
        first = self.intake.expected_sequence_number
        self.stream = ContainerStream(mime_type, first, self.watermarks.decoded.sample_index)
        return self.stream

    def _after_intake(self, at: Moment) -> None:
        self.entity.audio_chunks_received = self.intake.chunks_received
        if not self.intake.is_waiting:
            self.deadlines.clear(Deadline.GAP)
        elif not self.deadlines.has(Deadline.GAP):
            self.deadlines.set(Deadline.GAP, at.monotonic_s + self.rules.gap_timeout_s)

    def _warn(self, code: str, message: str, details: dict[str, Any], at: Moment) -> None:
        warned = Warned(code=code, message=message, details=details, timestamp=at.wall)
        self._outgoing.append(warned)
