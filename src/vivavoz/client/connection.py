"""One connection to the server's WebSocket: what arrives, what goes out, and whether it lives."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from vivavoz.client.address import is_loopback, with_query
from vivavoz.client.link import Link
from vivavoz.client.protocol import ClientProtocol
from vivavoz.errors import InvalidMessageError
from vivavoz.session.events import ServerEvent
from vivavoz.session.wire import decode_server

_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 2.0
_CONVERSATION_ENDS = frozenset({Link.GONE, Link.REFUSED, Link.COMPLETED})

_log = logging.getLogger(__name__)
_wire_log = logging.getLogger(f"{__name__}.wire")
_wire_log.setLevel(logging.INFO)  # below that it would write down keys and tokens


class Connector:
    """Connects, and does what the protocol says until the connection ends.

    Args:
        url: of the WebSocket.
        headers: of the handshake.
        protocol: what to say; told what happens to the connection, not what arrives.
        on_event: told each event; it hands it to the protocol.

    ``trouble`` says what was odd about whoever answered there last, if anybody did.
    """

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        protocol: ClientProtocol,
        on_event: Callable[[ServerEvent], None],
    ) -> None:
        self.trouble = ""
        self._url = url
        self._headers = headers
        self._protocol = protocol
        self._on_event = on_event
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def converse(self, query: dict[str, str]) -> None:
        """Open a connection with that query and use it until it ends."""
        close_code: int | None = None
        try:
            async with connect(
                with_query(self._url, query),
                additional_headers=self._headers,
                logger=_wire_log,
                open_timeout=_OPEN_TIMEOUT_S,
                close_timeout=_CLOSE_TIMEOUT_S,
                ping_interval=None,
                proxy=None if is_loopback(self._url) else True,
            ) as connection:
                await self._use(connection)
                close_code = connection.close_code
        except InvalidStatus as error:
            self.trouble = f"answered with HTTP {error.response.status_code}"
        except InvalidHandshake:
            self.trouble = "does not speak the WebSocket protocol"
        except (OSError, WebSocketException) as error:
            self.trouble = "did not answer in time" if isinstance(error, TimeoutError) else ""
        self._protocol.connection_lost(time.monotonic(), close_code)

    async def _use(self, connection: ClientConnection) -> None:
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
                self._on_event(event)
                if self._protocol.link in _CONVERSATION_ENDS:
                    return

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
