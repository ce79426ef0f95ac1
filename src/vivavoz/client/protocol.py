"""The client's side of a session, without I/O: what to send, when to connect and give up. [pure]

Whoever drives it connects when ``connect_at_s`` has come, tells it what happens to the connection
and what arrives, sends what ``messages_to_send`` gives, and calls ``tick`` when ``next_tick_s`` has
come. Time is monotonic seconds, always an argument.
"""

from collections.abc import Callable

from vivavoz.client.buffer import ChunkBuffer, RecordedStream
from vivavoz.client.heartbeat import Heartbeat
from vivavoz.client.journal import Control, Journal, encode
from vivavoz.client.link import Link
from vivavoz.session.entities import MAX_CHUNK_BYTES, SessionStatus
from vivavoz.session.events import (
    Ack,
    ErrorBody,
    Failed,
    PauseRecording,
    Ping,
    ResumeRecording,
    ServerEvent,
    SessionCompleted,
    SessionCreated,
    SessionLimits,
    SessionResumed,
    StartRecording,
    StatusChanged,
    StopRecording,
)
from vivavoz.session.wire import encode_client

BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0)
RESEND_DELAY_S = 0.3

_NO_SUCH_SESSION_CODE = 4404
_CLIENT_WAS_AWAY = "connection_lost"
_FINAL_CLOSE_CODES = frozenset({4400, 4401, 4403, 4408, 4409, 4410, 4429})
_SEND_AGAIN = frozenset({"SEQUENCE_MISMATCH", "TOO_MANY_UNACKNOWLEDGED", "RATE_LIMITED"})


class ClientProtocol:
    """One session's client.

    Args:
        start: what to record; sent once the session exists.
        now_s: the moment of creation; the first connection is due at once.
    """

    def __init__(self, start: StartRecording, now_s: float) -> None:
        self.link = Link.WAITING
        self.connect_at_s = now_s
        self.session: SessionCreated | None = None
        self.last_error: ErrorBody | None = None
        self._journal: Journal | None = None
        self._early: list[Callable[[Journal], None]] = []
        self._limits: SessionLimits | None = None
        self._attempts = 0
        self._received_sequence_number = 0
        self._heartbeat = Heartbeat(now_s)
        self._hold_until_s: float | None = None
        self._records = False
        """Whether the server has taken ``start_recording``."""
        self._is_stopped = False
        self._control(start)

    # --- recording --------------------------------------------------------------------------------

    def send_audio(self, audio: bytes, captured_at_ms: float) -> None:
        """Keep recorded audio and send it as soon as flow control lets it."""
        self._note(lambda journal: journal.audio(audio, captured_at_ms))

    def pause(self, *, stream_ended: bool = False) -> None:
        """Finish the utterance; audio comes again after ``resume``."""
        self._control(PauseRecording(stream_ended=stream_ended))

    def resume(self, mime_type: str | None = None) -> None:
        """Go on; a MIME type begins a new container stream."""
        self._control(ResumeRecording(mime_type=mime_type))

    def stop(self) -> None:
        """No more audio comes."""
        self._is_stopped = True
        self._note(
            lambda journal: journal.control(
                StopRecording(last_sequence_number=journal.buffer.last_sequence_number)
            )
        )

    @property
    def unsaved_chunks(self) -> int:
        """Chunks kept here whose text the server has not stored."""
        return self._kept.last_sequence_number - self._kept.durable_sequence_number

    @property
    def last_sequence_number(self) -> int:
        """Of the newest chunk."""
        return self._kept.last_sequence_number

    def unsaved_streams(self) -> list[RecordedStream]:
        """The recordings whose text the server has not stored, to upload or to keep as files."""
        return self._kept.unsaved_streams()

    # --- without the session ----------------------------------------------------------------------

    def uploading(self) -> None:
        """What ``unsaved_streams`` holds is being uploaded."""
        self.link = Link.UPLOADING

    def uploaded(self, stream: RecordedStream) -> None:
        """That stream's text is stored."""
        self._buffer_is_durable(stream.last_sequence_number)

    def upload_ended(self) -> None:
        """It worked, or what is left stays here."""
        self.link = Link.GONE if self.unsaved_chunks else Link.COMPLETED

    # --- the connection ---------------------------------------------------------------------------

    def connecting(self, now_s: float) -> dict[str, str]:
        """The connection that was due is being opened: the query to open it with."""
        self.link = Link.CONNECTING
        self._heartbeat.opening(now_s)
        self.last_error = None
        if self.session is None:
            return {}
        return {
            "session_id": str(self.session.session_id),
            "resume_token": self.session.resume_token,
        }

    def connection_lost(self, now_s: float, close_code: int | None = None) -> None:
        """The connection ended, or could not be opened."""
        if self.link not in (Link.CONNECTING, Link.OPEN):
            return
        self._hold_until_s = None
        if close_code == _NO_SUCH_SESSION_CODE and not self._start_over():
            self.link = Link.GONE
        elif close_code in _FINAL_CLOSE_CODES:
            self.link = Link.REFUSED
        elif self._attempts == len(BACK_OFF_S):
            self.link = Link.BLOCKED
        else:
            self.link = Link.WAITING
            self.connect_at_s = now_s + max(BACK_OFF_S[self._attempts], self._retry_after_s())
            self._attempts += 1

    def receive(self, event: ServerEvent, now_s: float) -> None:
        """Take one event of the server."""
        self._heartbeat.heard(now_s)
        match event:
            case SessionCreated():
                self.session = event
                self._greeted(event.limits, now_s)
            case SessionResumed():
                self._resumed(event, now_s)
            case Ack():
                self._received_sequence_number = event.received_sequence_number
                self._buffer_is_durable(event.durable_sequence_number)
            case StatusChanged(status=SessionStatus.RECORDING):
                self._records = True
            case Failed():
                self._failed(event.error, now_s)
            case SessionCompleted():
                self._completed(event)
            case _:
                pass

    def messages_to_send(self) -> list[str | bytes]:
        """What has to go out now."""
        if self.link is not Link.OPEN or self._journal is None or self._limits is None:
            return []
        messages: list[str | bytes] = []
        if self._heartbeat.take_ping():
            messages.append(encode_client(Ping()))
        if self._hold_until_s is not None:
            return messages
        highest = self._received_sequence_number + self._limits.max_unacknowledged_chunks
        while (entry := self._journal.take(highest)) is not None:
            messages.append(encode(entry))
        return messages

    # --- time -------------------------------------------------------------------------------------

    @property
    def next_tick_s(self) -> float | None:
        """When ``tick`` has to be called, or the connection opened."""
        if self.link is Link.WAITING:
            return self.connect_at_s
        if self.link not in (Link.CONNECTING, Link.OPEN):
            return None
        beat_s = self._heartbeat.next_tick_s
        return beat_s if self._hold_until_s is None else min(beat_s, self._hold_until_s)

    def tick(self, now_s: float) -> bool:
        """Time passed. Whether the connection is alive: if not, cut it and tell so."""
        if self.link not in (Link.CONNECTING, Link.OPEN):
            return True
        if self._hold_until_s is not None and now_s >= self._hold_until_s:
            self._hold_until_s = None
        return self._heartbeat.tick(now_s)

    # --- inside -----------------------------------------------------------------------------------

    def _control(self, control: Control) -> None:
        self._note(lambda journal: journal.control(control))

    def _note(self, entry: Callable[[Journal], None]) -> None:
        """Before the session exists its limit of a chunk is not known: nothing is numbered yet."""
        if self._journal is None:
            self._early.append(entry)
        else:
            entry(self._journal)

    @property
    def _kept(self) -> ChunkBuffer:
        journal = self._journal or self._new_journal(MAX_CHUNK_BYTES)
        return journal.buffer

    def _new_journal(self, max_chunk_bytes: int) -> Journal:
        journal = Journal(max_chunk_bytes)
        for entry in self._early:
            entry(journal)
        return journal

    def _greeted(self, limits: SessionLimits, now_s: float) -> Journal:
        if self._journal is None:
            self._journal = self._new_journal(limits.max_chunk_bytes)
            self._early.clear()
        self.link = Link.OPEN
        self._limits = limits
        self._attempts = 0
        self._heartbeat.opened(now_s)
        return self._journal

    def _resumed(self, event: SessionResumed, now_s: float) -> None:
        journal = self._greeted(event.limits, now_s)
        self._received_sequence_number = event.next_sequence_number - 1
        self._records = event.status is not SessionStatus.CONNECTED
        journal.resume(event.next_sequence_number, event.status)
        self._buffer_is_durable(event.durable_sequence_number)

    def _start_over(self) -> bool:
        """Go on in a new session, if that doubles no text: a server that restarted knows only
        sessions with something stored, and while nothing was stored everything is still here."""
        if self._journal is None or self._journal.buffer.durable_sequence_number > 0:
            return False
        self.session = None
        self._records = False
        self._received_sequence_number = 0
        self._journal.resume(1, SessionStatus.CONNECTED)
        return True

    def _completed(self, event: SessionCompleted) -> None:
        """The server may have ended the session because this side was away for too long; then it
        has stored the text of what it had, and the rest is still here."""
        self.link = Link.COMPLETED
        if self._journal is None:
            return
        last = self._journal.buffer.last_sequence_number
        if event.reason == _CLIENT_WAS_AWAY:
            if event.saved:
                self._buffer_is_durable(min(event.audio_chunks_received, last))
            if not self._is_stopped or self.unsaved_chunks:
                self.link = Link.GONE
        elif event.saved:
            self._buffer_is_durable(last)

    def _buffer_is_durable(self, sequence_number: int) -> None:
        if self._journal is not None:
            self._journal.buffer.durable(sequence_number)

    def _failed(self, error: ErrorBody, now_s: float) -> None:
        self.last_error = error
        if self.link is Link.OPEN and not self._records:
            self.link = Link.REFUSED
        if error.code not in _SEND_AGAIN or self._journal is None:
            return
        expected = error.details.get("expected_sequence_number")
        if not isinstance(expected, int):
            expected = self._received_sequence_number + 1
        self._journal.send_again_from(expected)
        self._hold_until_s = now_s + max(RESEND_DELAY_S, self._retry_after_s())

    def _retry_after_s(self) -> float:
        asked = self.last_error.details.get("retry_after_s", 0) if self.last_error else 0
        return float(asked) if isinstance(asked, int | float) else 0.0
