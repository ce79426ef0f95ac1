"""A reverse proxy as small as one can be: it serves a server below a path of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import WSMsgType, web

_PASSED = ("Content-Type", "Content-Security-Policy", "Content-Disposition")
_Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


class ReverseProxy:
    """Serves what is at ``target`` below ``prefix``; the server behind knows nothing of it."""

    def __init__(self, target: str, prefix: str) -> None:
        self._target = target
        self._prefix = prefix

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Serve on a free port; the address of what is behind."""
        application = web.Application(client_max_size=2**24)
        application.router.add_route("*", self._prefix + "{path:.*}", self._pass_on)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}{self._prefix}"
        finally:
            await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        url = f"{self._target}{request.match_info['path']}?{request.query_string}"
        async with aiohttp.ClientSession() as client:
            if request.headers.get("Upgrade") == "websocket":
                return await _bridge(request, client, url)
            headers = {name: request.headers[name] for name in _PASSED if name in request.headers}
            body = await request.read()
            async with client.request(request.method, url, data=body, headers=headers) as answer:
                passed = {name: answer.headers[name] for name in _PASSED if name in answer.headers}
                return web.Response(body=await answer.read(), status=answer.status, headers=passed)


async def _bridge(
    request: web.Request, client: aiohttp.ClientSession, url: str
) -> web.WebSocketResponse:
    page = web.WebSocketResponse()
    await page.prepare(request)
    async with client.ws_connect(url) as server:
        await asyncio.gather(_pump(page, server), _pump(server, page))
    return page


async def _pump(source: _Socket, target: _Socket) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)
    await target.close()
