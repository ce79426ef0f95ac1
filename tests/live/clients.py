"""Real clients of both transports behind one face: events in, events out, a close code."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import socketio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vivavoz.session.entities import AudioChunk
from vivavoz.session.events import (
    Ack,
    AudioChunkReceived,
    ClientEvent,
    Failed,
    ServerEvent,
    SessionCreated,
    SessionResumed,
    StartRecording,
    StatusChanged,
    Warned,
)
from vivavoz.session.wire import data_of, decode_server, encode_binary_chunk

PCM = "audio/pcm;rate=16000;channels=1"
PATIENCE_S = 30.0
CAPTURED = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
_TELLING_CODES = {1012, 4400, 4401, 4403, 4404, 4408, 4409, 4410, 4429, 4500}

_Event = TypeVar("_Event", bound=ServerEvent)


class ConnectionEndedError(Exception):
    """The connection was closed while an event was awaited."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Client(ABC):
    """One connection. Every event of the server is validated by its model as it arrives.

    ``events`` are all that came, ``created`` the session that was made, if any, and
    ``session_id`` that of the session at the other end.
    """

    def __init__(self) -> None:
        self.events: list[ServerEvent] = []
        self.created: SessionCreated | None = None
        self.session_id = uuid4()
        self.close_code: int | None = None
        self.close_reason = ""
        self._arrivals: asyncio.Queue[ServerEvent | int | Exception] = asyncio.Queue()

    # --- out --------------------------------------------------------------------------------------

    @abstractmethod
    async def send_raw(self, name: str, data: object) -> None:
        """Send an event that nobody has checked."""

    @abstractmethod
    async def send_binary(self, number: int, audio: bytes) -> None:
        """Send a chunk as bytes."""

    @abstractmethod
    async def drop(self) -> None:
        """Lose the connection, without a word to the server."""

    async def send(self, event: ClientEvent) -> None:
        """Send an event."""
        await self.send_raw(event.event, data_of(event))

    async def send_chunk(self, number: int, audio: bytes, *, mime_type: str = PCM) -> None:
        """Send a chunk as base64."""
        chunk = AudioChunk(
            chunk_id=f"chunk-{number}",
            session_id=self.session_id,
            sequence_number=number,
            timestamp=CAPTURED,
            mime_type=mime_type,
            audio_data=audio,
            size_bytes=len(audio),
        )
        await self.send(AudioChunkReceived(chunk=chunk))

    # --- in ---------------------------------------------------------------------------------------

    async def next(self) -> ServerEvent:
        """The next event.

        Raises:
            ConnectionEndedError: the connection was closed instead.
        """
        async with asyncio.timeout(PATIENCE_S):
            arrival = await self._arrivals.get()
        if isinstance(arrival, Exception):
            raise arrival
        if isinstance(arrival, int):
            self.close_code = arrival
            self._require_forewarning()
            raise ConnectionEndedError(arrival)
        self.events.append(arrival)
        return arrival

    async def until(self, kind: type[_Event]) -> _Event:
        """The next event of that kind; those before it are passed over."""
        while True:
            event = await self.next()
            if isinstance(event, kind):
                return event

    async def until_status(self, status: str) -> StatusChanged:
        """The session's move to that status."""
        while True:
            event = await self.until(StatusChanged)
            if event.status == status:
                return event

    async def until_error(self, code: str) -> Failed:
        """The next error, which must be of that code."""
        failed = await self.until(Failed)
        assert failed.error.code == code, failed
        return failed

    async def until_warning(self, code: str) -> Warned:
        """The next warning of that code."""
        while True:
            warned = await self.until(Warned)
            if warned.code == code:
                return warned

    async def until_received(self, number: int) -> Ack:
        """The ack that says that all chunks up to this one came."""
        while True:
            ack = await self.until(Ack)
            if ack.received_sequence_number >= number:
                return ack

    async def until_durable(self, number: int) -> Ack:
        """The ack that says that all chunks up to this one may be forgotten."""
        while True:
            ack = await self.until(Ack)
            if ack.durable_sequence_number >= number:
                return ack

    async def until_closed(self) -> int:
        """Read to the end; the close code."""
        try:
            while True:
                await self.next()
        except ConnectionEndedError as ended:
            return ended.code

    def of(self, kind: type[_Event]) -> list[_Event]:
        """All events of a kind that were read."""
        return [event for event in self.events if isinstance(event, kind)]

    async def greeted(self) -> SessionCreated:
        """The first event: the session that was made."""
        event = await self.next()
        assert isinstance(event, SessionCreated), event
        self.created = event
        self.session_id = event.session_id
        return event

    async def welcomed_back(self) -> SessionResumed:
        """The first event: where the session stands."""
        event = await self.next()
        assert isinstance(event, SessionResumed), event
        self.session_id = event.session_id
        return event

    async def record(self, chunks: list[bytes], *, language: str | None = None) -> None:
        """Start, and send these chunks from number 1."""
        await self.send(StartRecording(mime_type=PCM, language=language))
        await self.send_chunks(chunks)

    async def send_chunks(self, chunks: list[bytes], *, first: int = 1) -> None:
        """Send chunks with numbers from ``first``, in turns as base64 and as bytes."""
        for number, audio in enumerate(chunks, start=first):
            if number % 2:
                await self.send_chunk(number, audio)
            else:
                await self.send_binary(number, audio)

    def _require_forewarning(self) -> None:
        """Who is sent away for what went wrong was told by an error that it is the end."""
        if self.close_code in _TELLING_CODES:
            assert not self.of(Failed)[-1].error.recoverable, self.close_code

    def _arrived(self, message: str) -> None:
        try:
            self._arrivals.put_nowait(decode_server(message))
        except Exception as error:
            self._arrivals.put_nowait(error)


class WebSocketClient(Client):
    """Over the native WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        super().__init__()
        self._connection = connection
        self._reader = asyncio.create_task(self._read())

    async def send_raw(self, name: str, data: object) -> None:
        await self.send_text(json.dumps({"event": name, "data": data}))

    async def send_text(self, text: str) -> None:
        """Send a text frame."""
        await self._connection.send(text)

    async def send_binary(self, number: int, audio: bytes) -> None:
        await self.send_frame(encode_binary_chunk(number, CAPTURED.timestamp() * 1000, audio))

    async def send_frame(self, frame: bytes) -> None:
        """Send a binary frame."""
        await self._connection.send(frame)

    async def drop(self) -> None:
        self._connection.transport.abort()
        await self._reader

    async def leave(self) -> None:
        """Close and wait for it."""
        await self._connection.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for message in self._connection:
                self._arrived(str(message))
        except ConnectionClosed:
            pass
        self.close_reason = self._connection.close_reason or ""
        self._arrivals.put_nowait(self._connection.close_code or 1006)


class SocketIoClient(Client):
    """Over Socket.IO."""

    def __init__(self) -> None:
        super().__init__()
        self.socket = socketio.AsyncClient(reconnection=False, request_timeout=PATIENCE_S)
        self._code = 1006
        self.socket.on("*", self._on_event)
        self.socket.on("close", self._on_close)
        self.socket.on("disconnect", self._on_disconnect)

    async def send_raw(self, name: str, data: object) -> None:
        await self.socket.emit(name, data)

    async def send_binary(self, number: int, audio: bytes) -> None:
        data = {
            "chunk_id": str(number),
            "sequence_number": number,
            "timestamp": CAPTURED.timestamp() * 1000,
            "mime_type": PCM,
            "audio_data": audio,
            "size_bytes": len(audio),
        }
        await self.socket.emit("audio_chunk", data)

    async def drop(self) -> None:
        await self.socket.eio.ws.close()
        await self.socket.wait()

    async def _on_event(self, name: str, data: Mapping[str, Any]) -> None:
        self._arrived(json.dumps({"event": name, "data": data}))

    async def _on_close(self, data: Mapping[str, Any]) -> None:
        self._code = data["code"]
        self.close_reason = data["reason"]

    async def _on_disconnect(self, _reason: str) -> None:
        self._arrivals.put_nowait(self._code)


@asynccontextmanager
async def websocket_client(
    port: int, resume: Mapping[str, str] | None = None, origin: str | None = None
) -> AsyncIterator[WebSocketClient]:
    """Connect to ``/ws``."""
    query = f"?{urlencode(resume)}" if resume else ""
    headers = {"Origin": origin} if origin else {}
    url = f"ws://127.0.0.1:{port}/ws{query}"
    async with connect(
        url, additional_headers=headers, proxy=None, open_timeout=PATIENCE_S, close_timeout=2
    ) as connection:
        client = WebSocketClient(connection)
        yield client
        await client.leave()


@asynccontextmanager
async def socketio_client(
    port: int, resume: Mapping[str, str] | None = None, origin: str | None = None
) -> AsyncIterator[SocketIoClient]:
    """Connect to ``/socket.io``."""
    client = SocketIoClient()
    async with aiohttp.ClientSession() as http:
        client.socket.eio.http = http
        await client.socket.connect(
            f"http://127.0.0.1:{port}",
            headers={"Origin": origin} if origin else {},
            auth=dict(resume) if resume else None,
            transports=["websocket"],
            wait_timeout=PATIENCE_S,
        )
        try:
            yield client
        finally:
            await client.socket.disconnect()
            await client.socket.shutdown()


TRANSPORTS = {"websocket": websocket_client, "socketio": socketio_client}
