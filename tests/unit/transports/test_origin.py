"""Which hosts and origins are ours; DNS rebinding brings names, never addresses."""

import pytest
from starlette.datastructures import Headers

from vivavoz.errors import OriginNotAllowedError
from vivavoz.transports.origin import OriginPolicy

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
