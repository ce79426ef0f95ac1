"""The native WebSocket at ``/ws``."""

import asyncio
from functools import partial

from starlette.websockets import WebSocket, WebSocketDisconnect

from vivavoz.errors import InvalidMessageError, VivavozError
from vivavoz.runtime.connection import Closing, Connection
from vivavoz.runtime.manager import SessionManager, SessionRequest
from vivavoz.runtime.runner import SessionRunner
from vivavoz.session.events import ClientEvent
from vivavoz.session.wire import decode_client_binary, decode_client_text, encode_server
from vivavoz.transports.handshake import Handshake, client_address, handshake_of
from vivavoz.transports.incoming import Incoming


class WebSocketTransport:
    """One instance serves all connections.

    Args:
        manager: of all sessions.
        send_queue_events: how many events may wait for a slow reader.
    """

    def __init__(self, manager: SessionManager, send_queue_events: int) -> None:
        self._manager = manager
        self._send_queue_events = send_queue_events

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until either side closes it."""
        await socket.accept()
        connection = Connection(self._send_queue_events)
        writer = asyncio.create_task(_write(socket, connection))
        try:
            runner = await self._open(socket, connection)
            if runner is not None:
                await _read(socket, connection, runner)
                writer.cancel()  # the client is gone: nobody waits for last words
        finally:
            await _finish(writer)

    async def _open(self, socket: WebSocket, connection: Connection) -> SessionRunner | None:
        address, user_id = client_address(socket.scope), socket.state.user_id
        try:
            wanted: Handshake | None = handshake_of(dict(socket.query_params))
            if wanted is None:
                return self._manager.connect(connection, address, SessionRequest(user_id=user_id))
            return await self._manager.resume(
                connection, wanted.session_id, wanted.resume_token, address, user_id
            )
        except VivavozError as error:
            self._manager.refuse(connection, error)
            return None


async def _read(socket: WebSocket, connection: Connection, runner: SessionRunner) -> None:
    incoming = Incoming(runner, connection)
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            incoming.take(partial(_decode, message.get("text"), message.get("bytes"), runner))
    finally:
        incoming.end()


def _decode(text: str | None, data: bytes | None, runner: SessionRunner) -> ClientEvent:
    session = runner.session
    if text is not None:
        return decode_client_text(text, session_id=session.entity.session_id)
    if session.stream is None:
        raise InvalidMessageError("Audio came before start_recording; send that first.")
    return decode_client_binary(
        data or b"", session_id=session.entity.session_id, mime_type=session.stream.mime_type
    )


async def _write(socket: WebSocket, connection: Connection) -> None:
    try:
        while True:
            item = await connection.next()
            if isinstance(item, Closing):
                await socket.close(item.code, item.reason)
                return
            await socket.send_text(encode_server(item))
    except (WebSocketDisconnect, RuntimeError):
        return  # the client is gone; the reader notices too and detaches the session


async def _finish(writer: asyncio.Task[None]) -> None:
    """Let the last words out, for a moment."""
    await asyncio.wait({writer}, timeout=1.0)
    writer.cancel()
    await asyncio.wait({writer})
