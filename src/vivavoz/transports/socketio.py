"""The same events for Socket.IO clients, at ``/socket.io``."""

import asyncio
import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

import socketio
from socketio.packet import BINARY_EVENT, EVENT, Packet
from starlette.types import Scope

from vivavoz.errors import VivavozError
from vivavoz.runtime.connection import Closing, Connection
from vivavoz.runtime.counters import Counters
from vivavoz.runtime.manager import SessionManager, SessionRequest
from vivavoz.runtime.runner import SessionRunner
from vivavoz.session import strict_json
from vivavoz.session.wire import client_event_names, data_of, decode_client
from vivavoz.transports.authenticator import Authenticator
from vivavoz.transports.connect_timeout import ConnectTimeout, has_begun
from vivavoz.transports.credentials import credential_of
from vivavoz.transports.handshake import client_address, handshake_of
from vivavoz.transports.incoming import Incoming
from vivavoz.transports.limits import max_message_bytes

_MAX_ATTACHMENTS = 2
_MAX_UNSENT_PACKETS = 32
_UNSENT_POLL_S = 0.05
_NO_EVENT = "no_event"
_RESERVED = frozenset({"connect", "disconnect", "*"})


class _StrictJson:
    """The library's hook for JSON: what strangers send is read strictly."""

    loads = staticmethod(strict_json.loads)
    dumps = staticmethod(json.dumps)


class _CheckedPacket(Packet):  # type: ignore[misc]  # the library is untyped
    """A packet that announces few binary attachments, of which the library would take 10^10, and
    whose event's name is none that it reserves: it would take a stranger's "connect" for a new
    connection, from whatever address that claims."""

    data: Any

    def decode(self, encoded_packet: Any) -> int:
        count = int(super().decode(encoded_packet) or 0)
        if count > _MAX_ATTACHMENTS:
            raise ValueError("too many attachments")
        if self.packet_type in (EVENT, BINARY_EVENT) and not self._names_an_event():
            self.data = [_NO_EVENT]
        return count

    def _names_an_event(self) -> bool:
        if not isinstance(self.data, list) or not self.data or not isinstance(self.data[0], str):
            return False
        return self.data[0] not in _RESERVED


class SocketIoTransport:
    """One instance serves all connections; ``app`` is its ASGI application.

    Args:
        manager: of all sessions.
        authenticator: asks clients who they are.
        send_queue_events: how many events may wait for a slow reader.
        max_chunk_bytes: the largest chunk, from which the largest message follows.
        connect_timeout_s: how long a client may take from Engine.IO's connection to Socket.IO's.
        counters: are told of those that took longer.
    """

    def __init__(
        self,
        manager: SessionManager,
        authenticator: Authenticator,
        send_queue_events: int,
        max_chunk_bytes: int,
        connect_timeout_s: float,
        counters: Counters,
    ) -> None:
        self._manager = manager
        self._authenticator = authenticator
        self._send_queue_events = send_queue_events
        self._incoming: dict[str, Incoming] = {}
        self._writers: dict[str, asyncio.Task[None]] = {}
        silent = logging.getLogger("vivavoz.socketio")
        silent.setLevel(logging.CRITICAL)
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            transports=["websocket"],
            always_connect=True,
            async_handlers=False,
            cors_allowed_origins=_origin_was_checked,
            max_http_buffer_size=max_message_bytes(max_chunk_bytes),
            ping_interval=10,
            ping_timeout=10,
            serializer=_CheckedPacket,
            json=_StrictJson,
            logger=silent,
            engineio_logger=silent,
        )
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on("*", self._receive)
        for name in client_event_names():
            self._server.on(name, partial(self._receive, name))
        app = socketio.ASGIApp(self._server, socketio_path="socket.io")
        self.app = ConnectTimeout(app, connect_timeout_s, counters)

    async def _connect(
        self, sid: str, environ: dict[str, Any], auth: dict[str, Any] | None = None
    ) -> None:
        has_begun(environ["asgi.scope"])
        connection = Connection(self._send_queue_events)
        self._writers[sid] = asyncio.create_task(self._write(sid, connection))
        fields = auth if isinstance(auth, dict) else {}
        try:
            runner = await self._open(connection, environ["asgi.scope"], fields)
        except VivavozError as error:
            self._manager.refuse(connection, error)
            return
        if runner is None:
            return
        incoming = Incoming(runner, connection)
        if sid in self._writers:
            self._incoming[sid] = incoming
        else:  # it left while the session was looked for
            incoming.end()

    async def _open(
        self, connection: Connection, scope: Scope, fields: Mapping[str, Any]
    ) -> SessionRunner | None:
        shown = fields.get("access_token")
        credential = shown if isinstance(shown, str) else credential_of(scope)
        user_id = await self._authenticator.user_of(credential)
        address, wanted = client_address(scope), handshake_of(fields)
        if wanted is None:
            return self._manager.connect(connection, address, SessionRequest(user_id=user_id))
        return await self._manager.resume(
            connection, wanted.session_id, wanted.resume_token, address, user_id
        )

    async def _disconnect(self, sid: str, _reason: str) -> None:
        incoming = self._incoming.pop(sid, None)
        if incoming is not None:
            incoming.end()
        writer = self._writers.pop(sid, None)
        if writer is not None and writer is not asyncio.current_task():
            writer.cancel()

    async def _receive(self, name: str, sid: str, *arguments: object) -> None:
        incoming = self._incoming.get(sid)
        if incoming is None:
            return
        data = arguments[0] if len(arguments) == 1 else list(arguments) or None
        session_id = incoming.runner.session.entity.session_id
        incoming.take(partial(decode_client, name, data, session_id=session_id))

    async def _write(self, sid: str, connection: Connection) -> None:
        while True:
            item = await connection.next()
            if isinstance(item, Closing):
                farewell = {"code": int(item.code), "reason": item.reason}
                await self._server.emit("close", farewell, to=sid)
                await self._server.disconnect(sid)
                return
            await self._server.emit(item.event, data_of(item), to=sid)
            await self._wait_for_slow_reader(sid)

    async def _wait_for_slow_reader(self, sid: str) -> None:
        """Keep the library's own queue short, which has no bound, so that ours may coalesce."""
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        while (socket := self._server.eio.sockets.get(eio_sid)) is not None:
            if socket.queue.qsize() < _MAX_UNSENT_PACKETS:
                return
            await asyncio.sleep(_UNSENT_POLL_S)


def _origin_was_checked(_origin: str | None, _environ: dict[str, Any]) -> bool:
    """``OriginGuard`` stands before this transport and knows the rule."""
    return True
