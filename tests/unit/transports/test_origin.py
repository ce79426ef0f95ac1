"""Which hosts and origins are ours; DNS rebinding brings names, never addresses."""

import json
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from vivavoz.errors import OriginNotAllowedError
from vivavoz.runtime.counters import Counters
from vivavoz.transports.origin import OriginGuard, OriginPolicy

POLICY = OriginPolicy("127.0.0.1", ("https://Dictate.example.org/",))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "127.0.0.1",
        "192.168.1.7:8000",
        "[::1]:8000",
        "localhost:8000",
        "LOCALHOST",
        "vivavoz.localhost",
        "dictate.example.org",
        "dictate.example.org:8443",
    ],
)
def test_our_hosts(host: str) -> None:
    POLICY.check(Headers({"host": host}))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "dictate.example.org.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1@evil.example",
        "evil.example#127.0.0.1",
        "evil.example/127.0.0.1",
        "127.0.0.1/evil.example",
        "127.1",
        "0x7f000001",
        "[::1",
        "127.0.0.1:port",
    ],
)
def test_hosts_of_others(host: str) -> None:
    with pytest.raises(OriginNotAllowedError):
        POLICY.check(Headers({"host": host}))


def test_an_origin_is_the_hosts_in_any_case() -> None:
    POLICY.check(Headers({"host": "LOCALHOST:8000", "origin": "http://localhost:8000"}))


def test_the_name_that_we_listen_on_is_ours() -> None:
    OriginPolicy("Study.lan", ()).check(Headers({"host": "study.LAN:8000"}))


def test_without_a_host_nobody_is_let_in() -> None:
    with pytest.raises(OriginNotAllowedError):
        POLICY.check(Headers({}))


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:8000",
        "https://127.0.0.1:8000",  # a proxy may end TLS
        "https://dictate.example.org",
        "HTTPS://DICTATE.EXAMPLE.ORG",
    ],
)
def test_our_origins(origin: str) -> None:
    POLICY.check(Headers({"host": "127.0.0.1:8000", "origin": origin}))


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "file://",
        "https://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://localhost:8000",
        "http://127.0.0.1:8000.evil.example",
        "http://127.0.0.1:8000@evil.example",
        "http://dictate.example.org",
        "https://dictate.example.org:8443",
        "chrome-extension://127.0.0.1:8000",
    ],
)
def test_origins_of_others(origin: str) -> None:
    with pytest.raises(OriginNotAllowedError):
        POLICY.check(Headers({"host": "127.0.0.1:8000", "origin": origin}))


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "answered"})


async def _nothing() -> Message:
    raise AssertionError("nobody reads the body of a refused request")


async def answers_to(kind: str, host: bytes, **scope: Any) -> list[Message]:
    """What the guard lets out for a request, or a handshake, by that host name."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(dict(message))

    guard = OriginGuard(_application, POLICY, Counters())
    request = {"type": kind, "headers": [(b"host", host)], "extensions": {}}
    await guard(request | scope, _nothing, send)
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_our_requests_pass_the_guard(kind: str) -> None:
    assert await answers_to(kind, b"localhost") == [{"type": "answered"}]


async def test_a_foreign_request_is_answered_in_our_error_shape() -> None:
    start, body = await answers_to("http", b"evil.example", state={"request_id": "r-7"})
    assert (start["type"], start["status"]) == ("http.response.start", 403)
    error = json.loads(body["body"])["error"]
    assert (error["code"], error["request_id"]) == ("ORIGIN_NOT_ALLOWED", "r-7")


async def test_a_foreign_handshake_is_refused_so_where_the_server_can() -> None:
    start, _ = await answers_to(
        "websocket", b"evil.example", extensions={"websocket.http.response": {}}
    )
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)


async def test_and_closed_where_it_cannot() -> None:
    assert await answers_to("websocket", b"evil.example") == [
        {"type": "websocket.close", "code": 4403}
    ]


async def test_what_is_no_request_is_nobodys() -> None:
    assert await answers_to("lifespan", b"") == [{"type": "answered"}]
