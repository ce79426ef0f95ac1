"""Mutated messages over both transports, beside a dictation that must not notice."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.fuzz.mutation import mutated_message, mutated_text
from tests.live.clients import (
    PCM,
    TRANSPORTS,
    Client,
    ConnectionEndedError,
    WebSocketClient,
    websocket_client,
)
from tests.live.engines import CountingEngine, ready, silence
from tests.live.server import LiveServer, live_server
from vivavoz.session.events import Failed, Pong, SessionCompleted, StartRecording, StopRecording
from vivavoz.settings import Settings

MESSAGES_A_CONNECTION = 15
EXAMPLES = (settings.default or settings()).max_examples
VALID: dict[str, dict[str, object]] = {
    "start_recording": {"mime_type": PCM, "language": "en", "options": {"partials": True}},
    "audio_chunk": {
        "chunk_id": "c",
        "sequence_number": 1,
        "timestamp": 0,
        "mime_type": PCM,
        "audio_data": "AAAA",
        "size_bytes": 3,
    },
    "pause_recording": {"stream_ended": True},
    "resume_recording": {"mime_type": PCM},
    "stop_recording": {"last_sequence_number": 3},
    "ping": {"timestamp": 1.5},
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A server."""
    room = {"max_sessions": 10_000, "max_sessions_per_address": 10_000}
    known = {"data_dir": tmp_path, "log_level": "error", **room}
    serving = live_server(Settings.model_validate(known), ready(CountingEngine()))
    async with serving as live:
        yield live


async def spoken_beside(live: LiveServer, over: asyncio.Event) -> SessionCompleted:
    """A dictation that lasts until the event is set."""
    async with websocket_client(live.port) as client:
        await client.greeted()
        await client.send(StartRecording(mime_type=PCM))
        number = 0
        while not over.is_set():
            number += 1
            await client.send_binary(number, silence(0.1))
            await asyncio.sleep(0.05)
        await client.send(StopRecording(last_sequence_number=number))
        assert await client.until_closed() == 1000
        (completed,) = client.of(SessionCompleted)
        assert completed.audio_chunks_received == number
        return completed


async def talk_nonsense(client: Client, rng: random.Random) -> None:
    """Odd messages, with valid ones between them so that every status is met."""
    for _ in range(MESSAGES_A_CONNECTION):
        name = rng.choice(list(VALID))
        data: Any = VALID[name]
        if rng.random() < 0.6:
            name, data = mutated_message(rng, name, VALID[name])
        if isinstance(client, WebSocketClient) and rng.random() < 0.3:
            await client.send_text(mutated_text(rng, json.dumps({"event": name, "data": data})))
        elif rng.random() < 0.2:
            await client.send_binary(rng.randrange(2**32), rng.randbytes(rng.randrange(40)))
        else:
            await client.send_raw(name, data)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("transport", sorted(TRANSPORTS))
async def test_nonsense_is_answered_and_harms_nobody(transport: str, house: LiveServer) -> None:
    rng = random.Random(4)
    over = asyncio.Event()
    beside = asyncio.create_task(spoken_beside(house, over))
    open_client = TRANSPORTS[transport]
    for _ in range(EXAMPLES // 5):
        opened: AbstractAsyncContextManager[Client] = open_client(house.port)
        async with opened as client:
            await client.greeted()
            with suppress(ConnectionEndedError, ConnectionError):
                await talk_nonsense(client, rng)
                await client.send_raw("ping", {"timestamp": 7})
                await client.until(Pong)
            assert "INTERNAL_ERROR" not in {event.error.code for event in client.of(Failed)}
    over.set()
    await beside
    async with house.http() as http:
        assert (await http.get("/ready")).status_code == 200
        assert "INTERNAL_ERROR" not in (await http.get("/metrics")).text
