"""The client over a real WebSocket: a thin asyncio driver around ``ClientProtocol``."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from vivavoz.client.address import socket_url, without_query
from vivavoz.client.backlog import as_file, news_of
from vivavoz.client.buffer import RecordedStream
from vivavoz.client.connection import Connector
from vivavoz.client.failure import exception_of
from vivavoz.client.link import Link
from vivavoz.client.protocol import BACK_OFF_S, ClientProtocol
from vivavoz.client.rest import RestClient
from vivavoz.client.transcript import LiveTranscript
from vivavoz.errors import ServerUnreachableError, VivavozError
from vivavoz.session.events import (
    RecordingOptions,
    ServerEvent,
    SessionCompleted,
    SessionCreated,
    StartRecording,
    TranscriptionFinal,
)

UPLOADED = "uploaded"
"""``SessionCompleted.reason`` of a dictation of which a part was uploaded at its end."""

_PROBE_INTERVAL_S = 15.0


class VivavozClient:
    """One dictation: audio in, events out, the transcript at the end.

    As a context manager it connects on entry and leaves nothing running on exit. A connection that
    is lost afterwards comes back by itself, with nothing lost; ``link`` tells how it stands.

    When all attempts failed, recording goes on here and the server is looked for every 15 seconds.
    Once it answers, the session goes on where it was. If the server will not have it back, for its
    time is over or its text was edited meanwhile, what it has not stored is uploaded at the stop,
    and its text comes as finals like any other (see ``backlog``); the history then has the
    dictation in parts.

    Args:
        url: the server, as ``http://host:port`` or the full address of its WebSocket.
        mime_type: of the audio that follows.
        language: ISO 639-1, or none to let the engine detect.
        options: prompts and metadata of the session.
        api_key: a key, or a token, for a server that asks for one.
        on_link: told of each change of ``link``.
    """

    def __init__(
        self,
        url: str,
        *,
        mime_type: str,
        language: str | None = None,
        options: RecordingOptions | None = None,
        api_key: str | None = None,
        on_link: Callable[[Link], None] = lambda link: None,
    ) -> None:
        self._url = socket_url(url)
        headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._rest = RestClient(self._url, headers)
        self._start = StartRecording(
            mime_type=mime_type, language=language, options=options or RecordingOptions()
        )
        self._protocol = ClientProtocol(self._start, time.monotonic())
        self._connector = Connector(self._url, headers, self._protocol, self._take)
        self._transcript = LiveTranscript()
        self._on_link = on_link
        self._told_link = self._protocol.link
        self._stopping = asyncio.Event()
        self._events: asyncio.Queue[ServerEvent | None] = asyncio.Queue()
        self._created: asyncio.Future[None] | None = None
        self._session_id = UUID(int=0)
        self._completed: SessionCompleted | None = None
        self._upload_error: VivavozError | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ServerUnreachableError: nobody answers there, or not a Vivavoz server.
            VivavozError: the server refuses the session, as its error says.
        """
        self._created = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name="vivavoz-client")
        try:
            await self._created
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._leave()

    # --- recording --------------------------------------------------------------------------------

    async def send(self, audio: bytes, captured_at: datetime | None = None) -> None:
        """Hand over recorded audio; it is kept until its text is safe on the server."""
        captured_at = captured_at or datetime.now(UTC)
        self._protocol.send_audio(audio, captured_at.timestamp() * 1000)
        self._connector.wake()
        await asyncio.sleep(0)

    def pause(self, *, stream_ended: bool = False) -> None:
        """Finish the utterance; ``stream_ended``: the next audio begins a new container."""
        self._protocol.pause(stream_ended=stream_ended)
        self._connector.wake()

    def resume(self, mime_type: str | None = None) -> None:
        """Go on after a pause; a MIME type announces a new container stream."""
        self._protocol.resume(mime_type)
        self._connector.wake()

    async def stop(self) -> SessionCompleted:
        """End the recording and wait for the whole text; ``reason`` is ``uploaded`` when part of
        it had to be.

        Raises:
            ServerUnreachableError: the server does not come back; see ``unsaved_streams``.
            VivavozError: the server gave the session up, as its error says.
        """
        self._protocol.stop()
        self._stopping.set()
        self._connector.wake()
        if self._task is not None:
            await asyncio.wait([self._task])
        if self._protocol.link is not Link.COMPLETED or self._completed is None:
            raise self._failure()
        return self._completed

    # --- what comes back --------------------------------------------------------------------------

    @property
    def link(self) -> Link:
        """How the client stands with the server."""
        return self._protocol.link

    @property
    def session(self) -> SessionCreated | None:
        """The session, once it exists."""
        return self._protocol.session

    @property
    def unsaved_chunks(self) -> int:
        """Chunks whose text is not stored on the server yet."""
        return self._protocol.unsaved_chunks

    def unsaved_streams(self) -> list[RecordedStream]:
        """What was recorded and is not stored as text, to be uploaded whole or kept as files."""
        return self._protocol.unsaved_streams()

    async def events(self) -> AsyncIterator[ServerEvent]:
        """The server's events as they come, until the session is over. For one reader."""
        while (event := await self._events.get()) is not None:
            yield event

    # --- inside -----------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            while await self._next_step():
                if self._created is None or not self._created.done():
                    return
        finally:
            if self._created is not None and not self._created.done():
                self._created.set_exception(self._failure())
            self._events.put_nowait(None)

    async def _next_step(self) -> bool:
        """Do what the link asks for; whether there is more to do."""
        match self._protocol.link:
            case Link.REFUSED | Link.COMPLETED:
                return False
            case Link.BLOCKED:
                if not await self._server_is_back():
                    return False
            case Link.GONE:
                await self._stopping.wait()
                await self._wait_for_rest()
                await self._upload_all()
                return False
            case _:
                await asyncio.sleep(max(0.0, self._protocol.connect_at_s - time.monotonic()))
        query = self._protocol.connecting(time.monotonic())
        self._tell_link()
        await self._connector.converse(query)
        self._tell_link()
        return True

    async def _server_is_back(self) -> bool:
        """Look for the server now and then, and once more when the recording ends."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _PROBE_INTERVAL_S)
            if await self._rest.is_ready():
                return True
        return False

    async def _wait_for_rest(self) -> None:
        for delay_s in BACK_OFF_S:
            if await self._rest.is_ready():
                return
            await asyncio.sleep(delay_s)

    async def _upload_all(self) -> None:
        self._protocol.uploading()
        self._tell_link()
        transcript_id = self._completed.transcript_id if self._completed else None
        try:
            for stream in self._protocol.unsaved_streams():
                transcript_id = await self._upload(stream) or transcript_id
        except VivavozError as error:
            self._upload_error = error
        else:
            self._completed = self._completed_by_upload(transcript_id)
            self._show(self._completed)
        self._protocol.upload_ended()
        self._tell_link()

    async def _upload(self, stream: RecordedStream) -> UUID | None:
        """Have a stream transcribed; its transcript."""
        known_until_s = self._transcript.confirmed_until_s
        transcript_id = None
        async for said in self._rest.transcribe(as_file(stream), self._start):
            if isinstance(said, UUID):
                transcript_id = said
            elif (news := news_of(said, stream, known_until_s)) is not None:
                self._show(TranscriptionFinal(result=news))
        self._protocol.uploaded(stream)
        return transcript_id

    def _completed_by_upload(self, transcript_id: UUID | None) -> SessionCompleted:
        return SessionCompleted(
            session_id=self._session_id,
            transcript_id=transcript_id,
            saved=transcript_id is not None,
            reason=UPLOADED,
            confirmed_text=self._transcript.confirmed_text,
            duration_s=self._transcript.confirmed_until_s,
            audio_chunks_received=self._protocol.last_sequence_number,
        )

    def _take(self, event: ServerEvent) -> None:
        self._protocol.receive(event, time.monotonic())
        if isinstance(event, SessionCreated):
            self._session_id = event.session_id
            if self._created is not None and not self._created.done():
                self._created.set_result(None)
        if isinstance(event, SessionCompleted):
            self._completed = event
        self._tell_link()
        self._show(event)
        self._connector.wake()

    def _show(self, event: ServerEvent) -> None:
        self._transcript.receive(event)
        self._events.put_nowait(event)

    def _tell_link(self) -> None:
        if self._told_link is not self._protocol.link:
            self._told_link = self._protocol.link
            self._on_link(self._told_link)

    def _failure(self) -> VivavozError:
        if self._upload_error is not None:
            return self._upload_error
        if self._protocol.last_error is not None:
            return exception_of(self._protocol.last_error)
        address = without_query(self._url)
        happened = (
            f"What is at {address} {self._connector.trouble}"
            if self._connector.trouble
            else f"No server answers at {address}"
        )
        return ServerUnreachableError(
            f"{happened}. Start one with `vivavoz serve`, or check the address.", url=address
        )

    async def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
