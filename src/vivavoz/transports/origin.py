"""Which pages may talk to the server.

Browsers' cross-origin rules do not cover WebSockets, and a name that an attacker controls may point
at this machine, so both ``Origin`` and ``Host`` are checked, on every request.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from vivavoz.errors import OriginNotAllowedError
from vivavoz.runtime.counters import Counters
from vivavoz.session.wire import data_of
from vivavoz.transports.responses import error_response

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")
"""A name or an address, in brackets if it has colons, and perhaps a port: nothing else."""


class OriginPolicy:
    """Decides by the headers ``Host`` and ``Origin``.

    A host is ours if it is an IP address, a loopback name, the name that we listen on, or that of
    an allowed origin. An origin is ours if it is the same host and port as the request's, or an
    allowed one. No ``Origin`` means: not a browser's page.
    """

    def __init__(self, host: str, allowed_origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)
        names = {urlsplit(origin).hostname for origin in self._origins}
        self._names = names | {host.lower(), "localhost"}

    def check(self, headers: Headers) -> None:
        """Let the request pass.

        Raises:
            OriginNotAllowedError: it comes from a page of another site, or by another name.
        """
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_our_host(host):
            raise OriginNotAllowedError(
                "This server is not known by that host name. If it should be, start it with "
                "VIVAVOZ_ALLOWED_ORIGINS naming the page's origin.",
            )
        if origin is not None and not self._is_our_origin(origin.lower(), host.lower()):
            raise OriginNotAllowedError(
                "Pages of that origin may not use this server. If they should, start it with "
                "VIVAVOZ_ALLOWED_ORIGINS naming the origin.",
            )

    def _is_our_host(self, host: str) -> bool:
        named = _HOST.fullmatch(host.lower())
        if named is None:
            return False
        name = named[1].strip("[]")
        if name in self._names or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _is_our_origin(self, origin: str, host: str) -> bool:
        if origin in self._origins:
            return True
        scheme, _, authority = origin.partition("://")
        return scheme in ("http", "https") and authority == host


class OriginGuard:
    """ASGI middleware that answers foreign requests itself, WebSocket handshakes included."""

    def __init__(self, app: ASGIApp, policy: OriginPolicy, counters: Counters) -> None:
        self._app = app
        self._policy = policy
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        if scope["type"] in ("http", "websocket"):
            try:
                self._policy.check(Headers(scope=scope))
            except OriginNotAllowedError as error:
                await self._refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refuse(
        self, error: OriginNotAllowedError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        failed = self._counters.failure(error, scope.get("state", {}).get("request_id"))
        if scope["type"] == "websocket" and "websocket.http.response" not in scope["extensions"]:
            await send({"type": "websocket.close", "code": 4403})
            return
        await error_response(data_of(failed), error.http_status)(scope, receive, send)
