"""The client over a real WebSocket: a thin asyncio driver around ``ClientProtocol``."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from vivavoz.client.buffer import RecordedStream
from vivavoz.client.failure import exception_of
from vivavoz.client.protocol import ClientProtocol, Link
from vivavoz.errors import InvalidMessageError, ServerUnreachableError, VivavozError
from vivavoz.session.events import (
    RecordingOptions,
    ServerEvent,
    SessionCompleted,
    SessionCreated,
    StartRecording,
)
from vivavoz.session.wire import decode_server

_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 2.0
_ENDED = frozenset({Link.BLOCKED, Link.REFUSED, Link.COMPLETED})

_log = logging.getLogger(__name__)
_wire_log = logging.getLogger(f"{__name__}.wire")
_wire_log.setLevel(logging.INFO)  # below that it would write down keys and tokens


def socket_url(address: str) -> str:
    """The WebSocket address of a server given as ``http://host:port`` or as ``ws://host:port/ws``."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = parts.path if parts.path.strip("/") else "/ws"
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))


class VivavozClient:
    """One dictation: audio in, events out, the transcript at the end.

    As a context manager it connects on entry and leaves nothing running on exit. A connection that
    is lost afterwards comes back by itself, with nothing lost; ``link`` tells how it stands.

    Args:
        url: the server, as ``http://host:port`` or the full address of its WebSocket.
        mime_type: of the audio that follows.
        language: ISO 639-1, or none to let the engine detect.
        options: prompts and metadata of the session.
        api_key: a key, or a token, for a server that asks for one.
    """

    def __init__(
        self,
        url: str,
        *,
        mime_type: str,
        language: str | None = None,
        options: RecordingOptions | None = None,
        api_key: str | None = None,
    ) -> None:
        self._url = socket_url(url)
        self._headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        start = StartRecording(
            mime_type=mime_type, language=language, options=options or RecordingOptions()
        )
        self._protocol = ClientProtocol(start, time.monotonic())
        self._events: asyncio.Queue[ServerEvent | None] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._created: asyncio.Future[SessionCreated] | None = None
        self._completed: SessionCompleted | None = None
        self._trouble = ""
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
        self._wake.set()
        await asyncio.sleep(0)

    def pause(self, *, stream_ended: bool = False) -> None:
        """Finish the utterance; ``stream_ended``: the next audio begins a new container."""
        self._protocol.pause(stream_ended=stream_ended)
        self._wake.set()

    def resume(self, mime_type: str | None = None) -> None:
        """Go on after a pause; a MIME type announces a new container stream."""
        self._protocol.resume(mime_type)
        self._wake.set()

    async def stop(self) -> SessionCompleted:
        """End the recording and wait for the whole text.

        Raises:
            ServerUnreachableError: the server went away for good; see ``unsaved_streams``.
            VivavozError: the server gave the session up, as its error says.
        """
        self._protocol.stop()
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task])
        if self._completed is None:
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
            while self._protocol.link not in _ENDED:
                await asyncio.sleep(max(0.0, self._protocol.connect_at_s - time.monotonic()))
                await self._connect_once()
                if self._created is None or not self._created.done():
                    return
        finally:
            if self._created is not None and not self._created.done():
                self._created.set_exception(self._failure())
            self._events.put_nowait(None)

    async def _connect_once(self) -> None:
        query = self._protocol.connecting(time.monotonic())
        close_code: int | None = None
        try:
            async with connect(
                _with_query(self._url, query),
                additional_headers=self._headers,
                logger=_wire_log,
                open_timeout=_OPEN_TIMEOUT_S,
                close_timeout=_CLOSE_TIMEOUT_S,
                ping_interval=None,
                proxy=None if _is_loopback(self._url) else True,
            ) as connection:
                await self._converse(connection)
                close_code = connection.close_code
        except InvalidStatus as error:
            self._trouble = f"answered with HTTP {error.response.status_code}"
        except InvalidHandshake:
            self._trouble = "does not speak the WebSocket protocol"
        except (OSError, WebSocketException) as error:
            self._trouble = "did not answer in time" if isinstance(error, TimeoutError) else ""
        self._protocol.connection_lost(time.monotonic(), close_code)

    async def _converse(self, connection: ClientConnection) -> None:
        duties = {
            asyncio.create_task(duty(connection))
            for duty in (self._read_events, self._send_messages, self._watch_silence)
        }
        try:
            done, _ = await asyncio.wait(duties, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in duties:
                task.cancel()
            await asyncio.gather(*duties, return_exceptions=True)
        for task in done:
            task.result()

    async def _read_events(self, connection: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            async for message in connection:
                try:
                    event = decode_server(message)
                except InvalidMessageError as error:
                    _log.warning("unreadable message from the server: %s", error.message)
                    continue
                self._take(event)
                if self._protocol.link in _ENDED:
                    return

    def _take(self, event: ServerEvent) -> None:
        self._protocol.receive(event, time.monotonic())
        if isinstance(event, SessionCreated) and self._created and not self._created.done():
            self._created.set_result(event)
        if isinstance(event, SessionCompleted):
            self._completed = event
        self._events.put_nowait(event)
        self._wake.set()

    async def _send_messages(self, connection: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                self._wake.clear()
                for message in self._protocol.messages_to_send():
                    await connection.send(message)
                await self._wake.wait()

    async def _watch_silence(self, connection: ClientConnection) -> None:
        while (tick_s := self._protocol.next_tick_s) is not None:
            await asyncio.sleep(max(0.0, tick_s - time.monotonic()))
            if not self._protocol.tick(time.monotonic()):
                connection.transport.abort()
                return
            self._wake.set()

    def _failure(self) -> VivavozError:
        if self._protocol.last_error is not None:
            return exception_of(self._protocol.last_error)
        address = urlunsplit(urlsplit(self._url)._replace(query=""))
        happened = (
            f"What is at {address} {self._trouble}"
            if self._trouble
            else (f"No server answers at {address}")
        )
        return ServerUnreachableError(
            f"{happened}. Start one with `vivavoz serve`, or check the address.", url=address
        )

    async def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


def _with_query(url: str, query: dict[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *query.items()])))


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
