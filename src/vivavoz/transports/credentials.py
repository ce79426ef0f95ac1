"""Where on the wire a client's key or token stands."""

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from vivavoz.transports.authenticator import Token

COOKIE = "vivavoz_token"


def credential_of(scope: Scope) -> str | None:
    """What the client shows of itself: a bearer's key or token, else the query's on a WebSocket
    handshake, for which browsers set no headers, else the cookie's."""
    connection = HTTPConnection(scope)
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer.strip()
    if scope["type"] == "websocket" and "access_token" in connection.query_params:
        return connection.query_params["access_token"]
    return cookie_of(connection)


def cookie_of(connection: HTTPConnection) -> str | None:
    """The token that a browser keeps."""
    return connection.cookies.get(COOKIE)


def keep_cookie(response: Response, connection: HTTPConnection, token: Token) -> None:
    """Let the browser keep a token where no script reads it and no other site sends it."""
    response.set_cookie(
        COOKIE,
        token.text,
        max_age=round(token.expires_in_s),
        path=_root_path(connection),
        secure=connection.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response, connection: HTTPConnection) -> None:
    """Let the browser forget its token."""
    response.delete_cookie(
        COOKIE,
        path=_root_path(connection),
        secure=connection.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _root_path(connection: HTTPConnection) -> str:
    return connection.scope.get("root_path", "").rstrip("/") or "/"
