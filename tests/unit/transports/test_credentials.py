"""Where a client's key or token may stand, and what comes before what."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from vivavoz.transports.authenticator import Token
from vivavoz.transports.credentials import credential_of, drop_cookie, keep_cookie


def scope(kind: str = "http", query: str = "", **headers: str) -> dict[str, Any]:
    return {
        "type": kind,
        "scheme": "https" if kind == "http" else "wss",
        "server": ("vivavoz.example.org", 443),
        "path": "/",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


@pytest.mark.parametrize(
    ("shown", "credential"),
    [
        (scope(), None),
        (scope(authorization="Bearer key"), "key"),
        (scope(authorization="bEARER  key "), "key"),
        (scope(authorization="Basic key"), None),
        (scope(cookie="vivavoz_token=kept"), "kept"),
        (scope(cookie="other=kept"), None),
        (scope(authorization="Basic key", cookie="vivavoz_token=kept"), "kept"),
        (scope(authorization="Bearer key", cookie="vivavoz_token=kept"), "key"),
        (scope(query="access_token=asked"), None),
        (scope("websocket", "access_token=asked"), "asked"),
        (scope("websocket", "other=asked", cookie="vivavoz_token=kept"), "kept"),
        (scope("websocket", "access_token=asked", cookie="vivavoz_token=kept"), "asked"),
        (scope("websocket", "access_token=asked", authorization="Bearer key"), "key"),
    ],
)
def test_a_bearer_comes_before_the_query_and_that_before_the_cookie(
    shown: dict[str, Any], credential: str | None
) -> None:
    assert credential_of(shown) == credential


@pytest.mark.parametrize(
    ("root_path", "path"), [("", "/"), ("/", "/"), ("/dictate", "/dictate"), ("/a/b/", "/a/b")]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cookie_is_kept_and_dropped_in_the_same_place(
    root_path: str, path: str, scheme: str
) -> None:
    connection = HTTPConnection(scope() | {"scheme": scheme, "root_path": root_path})
    response = Response()
    keep_cookie(response, connection, Token("signed", "ana", 900.4))
    drop_cookie(response, connection)
    kept, dropped = (
        {part.strip() for part in header.split(";")}
        for header in response.headers.getlist("set-cookie")
    )
    place = {"HttpOnly", "SameSite=strict", f"Path={path}"} | (
        {"Secure"} if scheme == "https" else set()
    )
    assert kept == place | {"vivavoz_token=signed", "Max-Age=900"}
    assert place < dropped
    assert {'vivavoz_token=""', "Max-Age=0"} < dropped
    assert ("Secure" in dropped) == (scheme == "https")
