"""Mutated recordings of every format: each ends its own session, and nothing else."""

import random

import psutil
import pytest
from hypothesis import settings

from tests.fuzz.mutation import mutated_bytes
from tests.live.clients import ConnectionEndedError, websocket_client
from tests.live.server import LiveServer
from tests.live.speech import chunks_of
from tests.unit.audio.recordings import FILE_SPECS, SPECS, recording
from vivavoz.runtime.memory import give_back_unused
from vivavoz.session.events import Failed, SessionCompleted, StartRecording, StopRecording

EXAMPLES = (settings.default or settings()).max_examples // 20
CHUNKS = 40
MEMORY_MB = 60.0
"""Far less than one recording of many, kept, would take after some minutes of this."""


async def dictate(live: LiveServer, mime_type: str, data: bytes) -> list[str]:
    """Send it as a recording; the errors' codes. It must end, in one way."""
    async with websocket_client(live.port) as client:
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


def memory_mb() -> float:
    """Of this process and the server in it, without what the server would give back in a minute."""
    give_back_unused()
    return float(psutil.Process().memory_info().rss) / 1e6


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(SPECS | FILE_SPECS))
async def test_a_broken_recording_harms_nobody(name: str, fuzzed: LiveServer) -> None:
    rng = random.Random(4)
    whole = recording(name)
    await dictate(fuzzed, whole.mime_type, whole.data)
    before_mb = memory_mb()
    for _ in range(EXAMPLES):
        data = whole.data
        for _ in range(rng.randrange(1, 4)):
            data = mutated_bytes(rng, data) or b"\0"
        codes = await dictate(fuzzed, whole.mime_type, data)
        assert set(codes) <= {"INVALID_FORMAT", "UNSUPPORTED_FORMAT"}
    assert memory_mb() < before_mb + MEMORY_MB
    assert await dictate(fuzzed, whole.mime_type, whole.data) in ([], ["INVALID_FORMAT"])
