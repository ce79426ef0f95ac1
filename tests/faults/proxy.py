"""A TCP proxy that does to a connection what networks do, switched while it runs."""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self

_BLOCK_BYTES = 4096
_LOOPBACK = "127.0.0.1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Way(Enum):
    """The direction of bytes."""

    TO_SERVER = auto()
    TO_CLIENT = auto()


@dataclass(eq=False)
class _Leg:
    """Bytes that go one way over one connection."""

    way: Way
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(eq=False)
class FaultyProxy:
    """Stands between clients and a server; everything may be changed at any time.

    ``delay_s``: each block of bytes waits so long, in order. ``dropped``: bytes going these ways
    vanish, while the connection stays open; both ways make a black hole. ``bytes_per_s``: how fast
    a slow reader takes what the server sends. ``cut_after_bytes``: the connection is reset once so
    many more bytes have gone to the server. ``is_down``: new connections are refused.
    """

    server_port: int
    port: int = 0
    delay_s: float = 0.0
    dropped: frozenset[Way] = frozenset()
    bytes_per_s: float | None = None
    cut_after_bytes: int | None = None
    is_down: bool = False
    accepted: int = 0
    _legs: set[_Leg] = field(default_factory=set, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    _listener: asyncio.Server | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, _LOOPBACK, self.port)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where clients connect instead of the server."""
        return f"http://{_LOOPBACK}:{self.port}"

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._legs) // 2

    def reset(self) -> None:
        """End every connection abruptly, on both sides."""
        for leg in self._legs:
            transport = leg.writer.transport
            end: socket.socket | None = transport.get_extra_info("socket")
            if end is not None:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            transport.abort()

    def swallow(self, *ways: Way) -> None:
        """Let bytes going these ways vanish; none heals."""
        self.dropped = frozenset(ways)

    def disconnect(self) -> None:
        """The network is gone, and both sides notice at once."""
        self.is_down = True
        self.reset()

    def heal(self) -> None:
        """Do nothing bad any more."""
        self.is_down, self.delay_s = False, 0.0
        self.dropped, self.bytes_per_s, self.cut_after_bytes = frozenset(), None, None

    async def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.is_down:
            to_client.transport.abort()
            return
        self.accepted += 1
        try:
            server, to_server = await asyncio.open_connection(_LOOPBACK, self.server_port)
        except OSError:
            to_client.transport.abort()
            return
        legs = (
            _Leg(Way.TO_SERVER, client, to_server),
            _Leg(Way.TO_CLIENT, server, to_client),
        )
        self._legs.update(legs)
        try:
            await asyncio.gather(*(self._carry(leg) for leg in legs), return_exceptions=True)
        finally:
            self._legs.difference_update(legs)
            for leg in legs:
                leg.writer.transport.abort()

    async def _carry(self, leg: _Leg) -> None:
        with suppress(OSError):
            while block := await leg.reader.read(_BLOCK_BYTES):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if leg.way in self.dropped:
                    continue
                leg.writer.write(self._allowed(leg, block))
                await leg.writer.drain()
                if self.cut_after_bytes == 0:
                    self.cut_after_bytes = None
                    self.reset()
                if leg.way is Way.TO_CLIENT and self.bytes_per_s:
                    await asyncio.sleep(len(block) / self.bytes_per_s)
        leg.writer.close()

    def _allowed(self, leg: _Leg, block: bytes) -> bytes:
        if leg.way is not Way.TO_SERVER or self.cut_after_bytes is None:
            return block
        block = block[: self.cut_after_bytes]
        self.cut_after_bytes -= len(block)
        return block
