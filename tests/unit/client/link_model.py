"""A server made of the real session core, and a link to it that loses whatever is on its way."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from vivavoz.client.link import Link
from vivavoz.client.protocol import ClientProtocol
from vivavoz.errors import VivavozError
from vivavoz.session.deadlines import Moment
from vivavoz.session.entities import AudioChunk, SessionStatus, StreamingSession
from vivavoz.session.events import (
    AudioChunkReceived,
    ClientEvent,
    EngineInfo,
    Failed,
    PauseRecording,
    Ping,
    Pong,
    ResumeRecording,
    ServerEvent,
    SessionCompleted,
    SessionCreated,
    SessionLimits,
    SessionResumed,
    StartRecording,
    StopRecording,
)
from vivavoz.session.limits import SessionRules
from vivavoz.session.records import DurableMark, SessionTerms, UnfinishedSession
from vivavoz.session.session import Session
from vivavoz.session.wire import (
    decode_client_binary,
    decode_client_text,
    decode_server,
    encode_server,
)
from vivavoz.settings import Settings

SESSION_ID = UUID("2f0c2a0e-3f55-4d0b-9f0e-6a5f3c6f2b11")
MAX_CHUNK_BYTES = 1024
WINDOW = 4
NO_SUCH_SESSION = 4404
ENGINE = EngineInfo(name="e", model="m", device="cpu", languages=("en",), detects_language=False)
LIMITS = SessionLimits(
    duration_limit=3600,
    max_chunk_bytes=MAX_CHUNK_BYTES,
    max_chunks=180_000,
    max_unacknowledged_chunks=WINDOW,
    resume_window_s=300.0,
)
RULES = replace(
    SessionRules.from_settings(Settings()),
    max_chunk_bytes=MAX_CHUNK_BYTES,
    max_unacknowledged_chunks=WINDOW,
    gap_timeout_s=1e9,
    idle_timeout_s=1e9,
    resume_window_s=1e9,
    max_reconnects=10_000,
)


class ServerModel:
    """Its "text" is the audio it was given, in order; one byte is one sample."""

    def __init__(self) -> None:
        self.epoch = 0
        self.session: Session | None = None
        self.completed: SessionCompleted | None = None
        self.stored: dict[int, bytes] = {}
        """Durable text by chunk; what survives a restart."""
        self.transcribed: dict[int, bytes] = {}
        self.streams: list[tuple[str, int]] = []

    @property
    def text(self) -> bytes:
        return b"".join(self.stored[number] for number in sorted(self.stored))

    def connect(self, query: dict[str, str], at: Moment) -> list[ServerEvent]:
        if not query:
            self.session = Session(StreamingSession(session_id=SESSION_ID), RULES, at)
            self.session.connected(at)
            return [self._created(at)]
        assert query == {"session_id": str(SESSION_ID), "resume_token": "secret"}
        if self.completed is not None:
            return [self.completed]
        assert self.session is not None
        self.session.connection_resumed(at)
        return [self._resumed()]

    def lost(self, at: Moment) -> None:
        if self.session is not None:
            self.session.connection_lost(at)

    def receive(self, event: ClientEvent, at: Moment) -> list[ServerEvent]:
        assert self.session is not None
        answers: list[ServerEvent] = []
        try:
            answers += self._handle(self.session, event, at)
        except VivavozError as error:
            answers.append(Failed.of(error, "r"))
        return [*answers, *self.session.events_to_send()]

    def commit(self, chunks: int) -> list[ServerEvent]:
        """The next chunks' text becomes final and is stored."""
        if self.session is None or self.completed is not None:
            return []
        waiting = [number for number in sorted(self.transcribed) if number not in self.stored]
        for number in waiting[:chunks]:
            self.stored[number] = self.transcribed[number]
            samples = sum(len(audio) for audio in self.stored.values())
            self.session.committed(DurableMark(number, samples))
        self.session.acknowledge(0, may_send_more=True)
        return self.session.events_to_send()

    def complete_if_done(self) -> list[ServerEvent]:
        """Once the recording is stopped and everything is stored."""
        session = self.session
        if session is None or self.completed or not session.input_is_complete:
            return []
        if any(number not in self.stored for number in self.transcribed):
            return []
        session.complete()
        self.completed = SessionCompleted(
            session_id=SESSION_ID,
            transcript_id=None,
            saved=True,
            reason="stopped",
            confirmed_text="",
            duration_s=0,
            audio_chunks_received=len(self.stored),
        )
        return [self.completed]

    def restart(self, at: Moment) -> None:
        """A new process: only what the store holds is left."""
        self.epoch += 1
        if self.session is None or self.completed is not None:
            return
        old = self.session
        if old.stream is None:
            self.session = None
            return
        entity = StreamingSession(session_id=SESSION_ID, status=SessionStatus.RECONNECTING)
        earlier = UnfinishedSession(entity, SessionTerms("hash"), old.stream, old.durable)
        self.session = Session(entity, RULES, at, earlier)
        first = old.stream.first_sequence_number
        self.transcribed = {
            number: audio
            for number, audio in self.transcribed.items()
            if number < first or number in self.stored
        }

    def _handle(self, session: Session, event: ClientEvent, at: Moment) -> list[ServerEvent]:
        session.heard_from_client(at)
        match event:
            case AudioChunkReceived(chunk=chunk):
                for released in session.receive_chunk(chunk, at):
                    self._transcribe(released)
                session.acknowledge(0, may_send_more=True)
            case StartRecording():
                stream = session.start_recording(event.mime_type)
                self.streams.append((stream.mime_type, stream.first_sequence_number))
            case PauseRecording():
                session.pause_recording(stream_ended=event.stream_ended)
            case ResumeRecording():
                begun = session.resume_recording(event.mime_type)
                if begun is not None:
                    self.streams.append((begun.mime_type, begun.first_sequence_number))
            case StopRecording():
                session.stop_recording(event.last_sequence_number, at)
                session.intake.ask_for_missing()
            case Ping():
                return [Pong(timestamp=event.timestamp)]
        return []

    def _transcribe(self, chunk: AudioChunk) -> None:
        number = chunk.sequence_number
        known = self.transcribed.setdefault(number, chunk.audio_data)
        assert known == chunk.audio_data, f"chunk {number} came back different"

    def _created(self, at: Moment) -> SessionCreated:
        assert self.session is not None
        return SessionCreated(
            session_id=SESSION_ID,
            status=self.session.status,
            start_time=at.wall,
            resume_token="secret",
            epoch=str(self.epoch),
            engine=ENGINE,
            limits=LIMITS,
        )

    def _resumed(self) -> SessionResumed:
        session = self.session
        assert session is not None
        return SessionResumed(
            session_id=SESSION_ID,
            status=session.status,
            epoch=str(self.epoch),
            next_sequence_number=session.intake.expected_sequence_number,
            received_sequence_number=session.intake.received_sequence_number,
            durable_sequence_number=session.durable.sequence_number,
            confirmed_text="",
            partial_text="",
            engine=ENGINE,
            limits=LIMITS,
        )


class LossyLink:
    """Client and server, and the frames on their way between them."""

    def __init__(self, client: ClientProtocol, server: ServerModel) -> None:
        self.client = client
        self.server = server
        self.now_s = 0.0
        self.is_up = False
        self.events: list[ServerEvent] = []
        self._to_server: deque[str | bytes] = deque()
        self._to_client: deque[str] = deque()

    @property
    def moment(self) -> Moment:
        return Moment(self.now_s, datetime.fromtimestamp(self.now_s, UTC))

    def advance(self, seconds: float) -> None:
        """Time passes; the client connects if it is due to."""
        self.now_s += seconds
        if not self.client.tick(self.now_s):
            self.cut()
        if self.client.link is Link.WAITING and self.now_s >= self.client.connect_at_s:
            self.is_up = True
            query = self.client.connecting(self.now_s)
            if query and self.server.session is None:
                self.cut(NO_SUCH_SESSION)
            else:
                self._answer(self.server.connect(query, self.moment))

    def cut(self, close_code: int | None = None) -> None:
        """Both sides notice, and what was on its way is gone."""
        if not self.is_up:
            return
        self.is_up = False
        self._to_server.clear()
        self._to_client.clear()
        self.server.lost(self.moment)
        self.client.connection_lost(self.now_s, close_code)

    def carry(self, frames: int) -> None:
        """Up to so many frames arrive on either side."""
        for _ in range(frames):
            self._to_server.extend(self.client.messages_to_send() if self.is_up else [])
            if self._to_server:
                self._answer(
                    self.server.receive(self._read(self._to_server.popleft()), self.moment)
                )
            if self._to_client:
                event = decode_server(self._to_client.popleft())
                self.events.append(event)
                self.client.receive(event, self.now_s)

    def commit(self, chunks: int) -> None:
        """The server stores some text."""
        self._answer(self.server.commit(chunks))

    def settle(self) -> None:
        """From now on everything works: go on until the session is completed."""
        for _ in range(1000):
            self.advance(0.5)
            self.carry(20)
            self.commit(10)
            self._answer(self.server.complete_if_done())
            if self.client.link is Link.COMPLETED:
                return
        raise AssertionError(f"the session never ended: the client is {self.client.link}")

    def _answer(self, events: list[ServerEvent]) -> None:
        if self.is_up:
            self._to_client.extend(encode_server(event) for event in events)

    def _read(self, frame: str | bytes) -> ClientEvent:
        if isinstance(frame, str):
            return decode_client_text(frame, session_id=SESSION_ID)
        assert self.server.session is not None
        stream = self.server.session.stream
        mime_type = stream.mime_type if stream else "audio/wav"
        return decode_client_binary(frame, session_id=SESSION_ID, mime_type=mime_type)
