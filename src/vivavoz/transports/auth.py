"""The gate before everything that belongs to somebody."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from vivavoz.errors import VivavozError
from vivavoz.runtime.connection import closing_for
from vivavoz.runtime.counters import Counters
from vivavoz.session.wire import data_of, encode_server
from vivavoz.transports.authenticator import Authenticator
from vivavoz.transports.credentials import credential_of
from vivavoz.transports.responses import error_response

_OPEN_PAGES = frozenset(
    {"/", "/docs", "/openapi.json", "/health", "/ready", "/api/auth", "/api/auth/session"}
)
_OPEN_FOLDERS = ("/static/", "/docs/")
_SOCKET_IO = "/socket.io/"


_BEARER = HTTPBearer(auto_error=False, description="An API key, or a token made from one.")
"""Only described here, for the API's documentation; ``AuthGuard`` has checked it before."""


def _user_id(request: Request, _shown: Annotated[object, Depends(_BEARER)]) -> str | None:
    user_id: str | None = request.state.user_id
    return user_id


UserId = Annotated[str | None, Depends(_user_id)]
"""Whose request it is; none when authentication is off. A route that no ``AuthGuard`` stands before
fails rather than show everything."""


class AuthGuard:
    """ASGI middleware that lets nobody through to what is not open to all without a key or token.

    The user's id goes into ``scope["state"]``. Socket.IO clients show theirs after the handshake,
    so that transport asks them itself.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator, counters: Counters) -> None:
        self._app = app
        self._authenticator = authenticator
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its user's name, or refuse it."""
        if scope["type"] in ("http", "websocket") and not _is_open(scope):
            try:
                user_id = await self._authenticator.user_of(credential_of(scope))
            except VivavozError as error:
                await self._refuse(error, scope, receive, send)
                return
            scope.setdefault("state", {})["user_id"] = user_id
        await self._app(scope, receive, send)

    async def _refuse(
        self, error: VivavozError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        failed = self._counters.failure(error, scope.get("state", {}).get("request_id"))
        if scope["type"] == "http":
            await error_response(data_of(failed), error.http_status)(scope, receive, send)
            return
        # A browser's script cannot read why a handshake was refused, but it can read an event.
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": encode_server(failed)})
        closing = closing_for(error)
        await send({"type": "websocket.close", "code": int(closing.code), "reason": closing.reason})


def _is_open(scope: Scope) -> bool:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if scope["type"] == "websocket":
        return bool(path.startswith(_SOCKET_IO))
    return path in _OPEN_PAGES or path.startswith(_OPEN_FOLDERS)
