"""A time for connections on which a protocol of its own has to begin before the session does."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vivavoz.errors import ConnectTimeoutError
from vivavoz.runtime.connection import CloseCode
from vivavoz.runtime.counters import Counters

_BEGUN = "vivavoz.begun"


def has_begun(scope: Scope) -> None:
    """The conversation on this connection has begun: from now on its session keeps time."""
    scope[_BEGUN] = True


class ConnectTimeout:
    """ASGI middleware that closes WebSockets on which nothing has begun in time.

    Args:
        app: the transport; it calls ``has_begun`` with the connection's scope.
        timeout_s: from the opening of the connection.
        counters: are told of those that were closed.
    """

    def __init__(self, app: ASGIApp, timeout_s: float, counters: Counters) -> None:
        self._app = app
        self._timeout_s = timeout_s
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, for as long as it may take."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        end_s = asyncio.get_running_loop().time() + self._timeout_s

        async def receive_in_time() -> Message:
            if scope.get(_BEGUN):
                return await receive()
            try:
                async with asyncio.timeout_at(end_s):
                    return await receive()
            except TimeoutError:
                self._counters.errors.labels(ConnectTimeoutError.code).inc()
                reason = ConnectTimeoutError.code
                await send(
                    {"type": "websocket.close", "code": int(CloseCode.TIMEOUT), "reason": reason}
                )
                return {"type": "websocket.disconnect", "code": int(CloseCode.TIMEOUT)}

        await self._app(scope, receive_in_time, send)
