"""The real server in the test's own event loop."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import uvicorn

from vivavoz.app import Application, create_app, server_config
from vivavoz.runtime.loading import LoadEngine
from vivavoz.settings import Settings

_POLL_S = 0.005
_PATIENCE_S = 30.0


@dataclass(frozen=True)
class LiveServer:
    """Where it listens."""

    port: int
    app: Application

    @property
    def url(self) -> str:
        """Its address for HTTP and Socket.IO."""
        return f"http://127.0.0.1:{self.port}"

    def http(self) -> httpx.AsyncClient:
        """A client of its REST interface."""
        return httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=_PATIENCE_S)

    async def drain(self) -> None:
        """Send all clients away, as a server does that stops."""
        await self.app.drain()


async def until_answered(http: httpx.AsyncClient, path: str, status: int) -> None:
    """Ask again until the address answers with that HTTP status."""
    async with asyncio.timeout(_PATIENCE_S):
        answer = await http.get(path)
        while answer.status_code != status:
            await asyncio.sleep(_POLL_S)
            answer = await http.get(path)


@asynccontextmanager
async def live_server(
    settings: Settings, load: LoadEngine, *, wait_until_ready: bool = True
) -> AsyncIterator[LiveServer]:
    """Serve on a free port until the block ends."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(settings, load)
        server = uvicorn.Server(server_config(settings, app))
        serving = asyncio.create_task(server.serve([listener]))
        live = LiveServer(listener.getsockname()[1], app)
        try:
            await _until_up(live, serving, wait_until_ready=wait_until_ready)
            yield live
        finally:
            server.should_exit = True
            await serving
            root.handlers, root.level = handlers, level


async def _until_up(
    live: LiveServer, serving: asyncio.Task[None], *, wait_until_ready: bool
) -> None:
    async with live.http() as http:
        while not serving.done():
            try:
                answer = await http.get("/ready")
            except httpx.TransportError:
                await asyncio.sleep(_POLL_S)
                continue
            if answer.status_code == httpx.codes.OK or not wait_until_ready:
                return
            await asyncio.sleep(_POLL_S)
    await serving
