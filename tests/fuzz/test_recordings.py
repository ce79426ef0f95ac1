"""Mutated recordings of every format: each ends its own session, and nothing else."""

import asyncio
import random
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from tests.e2e.server_process import ServerProcess
from tests.fuzz.mutation import mutated_bytes
from tests.live.clients import ConnectionEndedError, websocket_client
from tests.live.server import LiveServer
from tests.live.speech import chunks_of
from tests.unit.audio.recordings import FILE_SPECS, SPECS, recording
from vivavoz.session.events import Failed, SessionCompleted, StartRecording, StopRecording

NAMES = sorted(SPECS | FILE_SPECS)
EXAMPLES = (settings.default or settings()).max_examples // 20
CHUNKS = 40
GIVEN_BACK_S = 65.0
"""Within this time a server gives freed memory back to the system."""
MEMORY_MB = 60.0
"""Far less than one recording of many, kept, would take after some minutes of this."""


async def dictate(port: int, mime_type: str, data: bytes) -> list[str]:
    """Send it as a recording; the errors' codes. It must end, in one way."""
    async with websocket_client(port) as client:
        await client.greeted()
        await client.send(StartRecording(mime_type=mime_type))
        chunks = chunks_of(data, len(data) // CHUNKS + 1)
        try:
            for number, chunk in enumerate(chunks, start=1):
                await client.send_chunk(number, chunk, mime_type=mime_type)
            await client.send(StopRecording(last_sequence_number=len(chunks)))
        except (ConnectionEndedError, OSError):
            pass
        await client.until_closed()
        codes = [event.error.code for event in client.of(Failed)]
        assert len(client.of(SessionCompleted)) == 1 or codes
        return codes


async def dictate_broken(port: int, name: str) -> None:
    """Send that format's recording, each time with other bytes of it broken."""
    rng = random.Random(4)
    whole = recording(name)
    for _ in range(EXAMPLES):
        data = whole.data
        for _ in range(rng.randrange(1, 4)):
            data = mutated_bytes(rng, data) or b"\0"
        assert set(await dictate(port, whole.mime_type, data)) <= {
            "INVALID_FORMAT",
            "UNSUPPORTED_FORMAT",
        }


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
async def test_a_broken_recording_harms_nobody(name: str, fuzzed: LiveServer) -> None:
    await dictate_broken(fuzzed.port, name)
    whole = recording(name)
    assert await dictate(fuzzed.port, whole.mime_type, whole.data) in ([], ["INVALID_FORMAT"])


@pytest.mark.chaos
@pytest.mark.timeout(1800)
async def test_broken_recordings_leave_no_memory_behind(tmp_path: Path) -> None:
    room = {"VIVAVOZ_MAX_SESSIONS": "100000", "VIVAVOZ_MAX_SESSIONS_PER_ADDRESS": "100000"}
    server = ServerProcess(tmp_path, ("--engine", "pocketsphinx"), settings=room)
    await server.start()
    for name in NAMES:
        whole = recording(name)
        await dictate(server.port, whole.mime_type, whole.data)
    before_mb = await memory_mb(server)
    for name in NAMES:
        await dictate_broken(server.port, name)
    after_mb = await memory_mb(server)
    await server.stop()
    assert after_mb < before_mb + MEMORY_MB


async def memory_mb(server: ServerProcess) -> float:
    """What the process took itself and has not given back."""
    await asyncio.sleep(GIVEN_BACK_S)
    memory = psutil.Process(server.pid).memory_info()
    return float(memory.rss - getattr(memory, "shared", 0)) / 1e6
