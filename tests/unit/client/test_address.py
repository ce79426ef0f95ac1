"""Addresses as people give them."""

import pytest

from vivavoz.client.address import http_url, socket_url


@pytest.mark.parametrize(
    ("given", "socket", "rest"),
    [
        ("localhost:8000", "ws://localhost:8000/ws", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws", "http://127.0.0.1:8000"),
        ("https://example.org/", "wss://example.org/ws", "https://example.org"),
        ("wss://example.org/ws", "wss://example.org/ws", "https://example.org"),
        ("https://example.org/dictate/", "wss://example.org/dictate/ws", "https://example.org/dictate"),
        ("https://example.org/dictate", "wss://example.org/dictate/ws", "https://example.org/dictate"),
        ("wss://example.org/dictate/ws", "wss://example.org/dictate/ws", "https://example.org/dictate"),
        ("http://[::1]:8000/?token=abc", "ws://[::1]:8000/ws?token=abc", "http://[::1]:8000"),
    ],
)  # fmt: skip
def test_any_address_of_a_server_leads_to_its_socket_and_its_paths(
    given: str, socket: str, rest: str
) -> None:
    assert socket_url(given) == socket
    assert http_url(socket) == rest
