"""The names that the Socket.IO library keeps for itself are no way into the server."""

import pytest

from tests.live.clients import socketio_client
from tests.live.server import LiveServer
from vivavoz.session.events import Pong

FORGED = {"asgi.scope": {"client": ["203.0.113.9", 1]}}


@pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "*", "", "close"])
async def test_a_reserved_name_is_an_unknown_event(name: str, fuzzed: LiveServer) -> None:
    async with socketio_client(fuzzed.port) as client, fuzzed.http() as http:
        await client.greeted()
        before = (await http.get("/api/streaming/status")).json()["sessions"]
        await client.send_raw(name, FORGED)
        await client.until_error("INVALID_MESSAGE")
        assert (await http.get("/api/streaming/status")).json()["sessions"] == before
        await client.send_raw("ping", {"timestamp": 7})
        assert (await client.until(Pong)).timestamp == 7
