"""What a hostile client may try: a typed error and a count meet it, and others are served."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from tests.live.clients import PCM, socketio_client, websocket_client
from tests.live.engines import CountingEngine, ready, silence
from tests.live.server import LiveServer, live_server
from vivavoz.session.events import Failed, Pong, SessionCompleted, StartRecording, StopRecording
from vivavoz.settings import Settings

JSON = {"Content-Type": "application/json"}
CONNECTIONS = min((settings.default or settings()).max_examples * 3, 3000)
AT_ONCE = 100

Serve = Callable[..., Awaitable[LiveServer]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Serves with these settings until the test ends."""
    async with AsyncExitStack() as stack:

        async def start(**known: object) -> LiveServer:
            room = {"data_dir": tmp_path, "log_level": "error", **known}
            serving = live_server(Settings.model_validate(room), ready(CountingEngine()))
            return await stack.enter_async_context(serving)

        yield start


async def counted(live: LiveServer, code: str) -> float:
    """How many errors of that code the metrics show."""
    async with live.http() as http:
        lines = (await http.get("/metrics")).text.splitlines()
    name = f'vivavoz_errors_total{{code="{code}"}} '
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


async def is_served(live: LiveServer) -> None:
    """Whether an honest client gets its transcript."""
    async with websocket_client(live.port) as client:
        await client.greeted()
        await client.send(StartRecording(mime_type=PCM))
        await client.send_chunk(1, silence(0.5))
        await client.send(StopRecording(last_sequence_number=1))
        assert await client.until_closed() == 1000
        assert len(client.of(SessionCompleted)) == 1


async def test_a_socket_io_client_that_never_connects_its_namespace(serve: Serve) -> None:
    """It opens Engine.IO's connection, and answers its pings, but says nothing of Socket.IO."""
    live = await serve(connect_timeout_s=0.5)
    url = f"ws://127.0.0.1:{live.port}/socket.io/?EIO=4&transport=websocket"
    async with connect(url, proxy=None) as silent:
        assert str(await silent.recv()).startswith("0")
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionClosedError):
                await silent.recv()
        assert silent.close_code == 4408
    assert await counted(live, "CONNECT_TIMEOUT") == 1


async def test_errors_over_http_are_counted_too(serve: Serve) -> None:
    live = await serve(max_sessions=1, allowed_origins=[])
    async with live.http() as http:
        await http.post("/api/streaming/sessions", json={})
        for request, code in (
            (http.post("/api/streaming/sessions", json={}), "TOO_MANY_SESSIONS"),
            (http.post("/api/streaming/sessions", json={"no": 1}), "INVALID_REQUEST"),
            (http.get("/nowhere"), "NOT_FOUND"),
            (http.get("/health", headers={"Origin": "http://evil.example"}), "ORIGIN_NOT_ALLOWED"),
            (http.post("/v1/audio/transcriptions", files={"file": b"noise"}), "INVALID_FORMAT"),
        ):
            assert (await request).json()["error"]["code"] == code
            assert await counted(live, code) == 1


async def test_too_many_reconnects(serve: Serve) -> None:
    live = await serve(max_reconnects=3)
    async with websocket_client(live.port) as first:
        created = await first.greeted()
        await first.send(StartRecording(mime_type=PCM))
        token = {"session_id": str(created.session_id), "resume_token": created.resume_token}
        for _ in range(3):
            async with websocket_client(live.port, token) as client:
                await client.welcomed_back()
        async with websocket_client(live.port, token) as client:
            await client.until_error("TOO_MANY_RECONNECTS")
            assert await client.until_closed() == 4429
    assert await counted(live, "TOO_MANY_RECONNECTS") == 1
    await is_served(live)


async def test_guessing_tokens(serve: Serve) -> None:
    live = await serve()
    async with websocket_client(live.port) as victim:
        created = await victim.greeted()
        for guess in range(20):
            token = {"session_id": str(created.session_id), "resume_token": f"guess{guess}"}
            async with websocket_client(live.port, token) as thief:
                await thief.until_error("INVALID_RESUME_TOKEN")
                assert await thief.until_closed() == 4401
        await victim.send_raw("ping", {"timestamp": 7})
        assert (await victim.until(Pong)).timestamp == 7
    assert await counted(live, "INVALID_RESUME_TOKEN") == 20


BOMBS = {
    "deep list": "[" * 100_000,
    "deep object": '{"a":' * 50_000,
    "closed list": "[" * 100_000 + "]" * 100_000,
    "long number": "9" * 200_000,
    "many fields": json.dumps({f"f{n}": n for n in range(60_000)}),
    "many items": json.dumps(list(range(100_000))),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=list(BOMBS))
async def test_json_bombs(bomb: str, serve: Serve) -> None:
    live = await serve()
    async with websocket_client(live.port) as client:
        await client.greeted()
        await client.send_text(f'{{"event": "ping", "data": {{"timestamp": {bomb}}}}}')
        await client.until_error("INVALID_MESSAGE")
        await client.send_raw("ping", {"timestamp": 7})
        assert (await client.until(Pong)).timestamp == 7
    assert await counted(live, "INVALID_MESSAGE") == 1


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=list(BOMBS))
async def test_json_bombs_over_http(bomb: str, serve: Serve) -> None:
    live = await serve()
    paths = ("/api/streaming/sessions", "/api/history/delete")
    async with live.http() as http:
        for path in paths:
            for body in (bomb, f'{{"ids": {bomb}, "language": {bomb}}}'):
                refused = await http.post(path, content=body, headers=JSON)
                assert 400 <= refused.status_code < 500
                assert refused.json()["error"]["code"] == "INVALID_REQUEST"
                assert len(refused.content) < 10_000, "an answer is no bomb either"
    assert await counted(live, "INVALID_REQUEST") == 4
    await is_served(live)


async def test_json_bombs_over_socket_io(serve: Serve) -> None:
    live = await serve()
    url = f"ws://127.0.0.1:{live.port}/socket.io/?EIO=4&transport=websocket"
    for bomb in BOMBS.values():
        async with connect(url, proxy=None) as client:
            await client.send("40")
            await client.send(f'42["ping", {{"timestamp": {bomb}}}]')
    await is_served(live)


async def test_a_message_too_large_for_the_server_is_not_read(serve: Serve) -> None:
    live = await serve()
    async with websocket_client(live.port) as client:
        await client.greeted()
        await client.send_text("x" * 3_000_000)
        assert await client.until_closed() == 1009
    async with socketio_client(live.port) as client:
        await client.greeted()
        await client.send_raw("ping", "x" * 3_000_000)
        assert await client.until_closed()
    await is_served(live)


async def test_a_client_that_never_reads_keeps_its_finals(serve: Serve) -> None:
    """Its events wait in a bounded queue; it is cut off and told everything when it comes back."""
    live = await serve(send_queue_events=16, metrics_interval_s=0.01)
    url = f"ws://127.0.0.1:{live.port}/ws"
    async with connect(url, proxy=None, max_queue=1, ping_interval=None) as deaf:
        created = json.loads(await deaf.recv())["data"]
        transport = deaf.transport
        transport.pause_reading()
        start = {"event": "start_recording", "data": {"mime_type": PCM}}
        await deaf.send(json.dumps(start))
        for _ in range(20_000):
            await deaf.send('{"event": "nonsense", "data": {}}')
            if transport.is_closing():
                break
        transport.abort()
    token = {name: created[name] for name in ("session_id", "resume_token")}
    async with websocket_client(live.port, token) as client:
        await client.welcomed_back()
        await client.send(StopRecording(last_sequence_number=0))
        assert await client.until_closed() == 1000


async def test_thousands_of_connections(serve: Serve) -> None:
    live = await serve(max_sessions=50, max_sessions_per_address=50)
    gate = asyncio.Semaphore(AT_ONCE)
    refused = 0

    async def intrude() -> None:
        nonlocal refused
        async with gate, websocket_client(live.port) as client:
            first = await client.next()
            if isinstance(first, Failed):
                assert first.error.code in ("TOO_MANY_SESSIONS", "TOO_MANY_SESSIONS_FOR_ADDRESS")
                refused += 1

    await asyncio.gather(*(intrude() for _ in range(CONNECTIONS)))
    assert refused > 0
    async with live.http() as http:
        assert (await http.get("/health")).status_code == 200
