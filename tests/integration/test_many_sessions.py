"""Everything of a session is freed when it ends, and nothing blocks the event loop."""

import asyncio
import gc
import logging
import re
import threading
from pathlib import Path

import psutil
import pytest

from tests.live.clients import PCM, websocket_client
from tests.live.engines import CountingEngine, ready
from tests.live.server import LiveServer, live_server
from tests.live.speech import CHUNK_BYTES, spoken
from vivavoz.session.events import SessionCompleted, StartRecording, StopRecording
from vivavoz.settings import Settings

WARM_UP = 20
SESSIONS = 200
SLOW_S = 0.1
SLOW_CALLBACK = re.compile(r"Executing <.*?(?:coro=<|Handle (?:when=\S+ )?)([^\s(]+).* took ")
ATTEMPTS = 5


async def dictate(server: LiveServer, chunks: list[bytes], *, pace_s: float = 0.0) -> None:
    async with websocket_client(server.port) as client:
        await client.greeted()
        await client.send(StartRecording(mime_type=PCM, language="en"))
        for number, audio in enumerate(chunks, start=1):
            await client.send_binary(number, audio)
            await asyncio.sleep(pace_s)
        await client.send(StopRecording(last_sequence_number=len(chunks)))
        assert (await client.until(SessionCompleted)).confirmed_text


async def test_sessions_in_a_row_leave_nothing_behind(tmp_path: Path, human_speech: Path) -> None:
    chunks = spoken(human_speech, ["cards-001"], pause_s=0.1)
    asyncio.get_running_loop().set_debug(False)  # four times slower
    process = psutil.Process()
    engine = CountingEngine()
    settings = Settings(data_dir=tmp_path, log_level="error")
    async with live_server(settings, ready(engine)) as server:
        for _ in range(WARM_UP):
            await dictate(server, chunks)
        gc.collect()
        threads, files = threading.active_count(), process.num_fds()
        memory = process.memory_info().rss
        for _ in range(SESSIONS):
            await dictate(server, chunks)
        gc.collect()
        grown_mb = (process.memory_info().rss - memory) / 1e6
        async with asyncio.timeout(30):
            while threading.active_count() > threads or process.num_fds() > files + 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # threads end, sockets close
        assert engine.open_streams == 0
        assert grown_mb < 20
        async with server.http() as http:
            assert (await http.get("/api/history")).json()["total"] == SESSIONS + WARM_UP


async def slow_callbacks(
    server: LiveServer, chunks: list[bytes], caplog: pytest.LogCaptureFixture
) -> set[str]:
    """What held the event loop up while four people dictated."""
    caplog.clear()
    pace_s = CHUNK_BYTES / 32_000 / 4
    await asyncio.gather(*(dictate(server, chunks, pace_s=pace_s) for _ in range(4)))
    found = (SLOW_CALLBACK.search(record.getMessage()) for record in caplog.records)
    return {slow[1] for slow in found if slow}


async def test_nothing_blocks_the_event_loop(
    tmp_path: Path, human_speech: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On a busy machine one callback or another is slow; what blocks is slow each time."""
    chunks = spoken(human_speech, ["goforward"])
    loop = asyncio.get_running_loop()
    assert loop.get_debug()
    settings = Settings(data_dir=tmp_path)
    async with live_server(settings, ready(CountingEngine())) as server:
        await dictate(server, chunks)  # the first session imports what it needs
        loop.slow_callback_duration = SLOW_S
        logging.getLogger("asyncio").addHandler(caplog.handler)
        blocked = await slow_callbacks(server, chunks, caplog)
        for _ in range(ATTEMPTS):
            if blocked:
                blocked &= await slow_callbacks(server, chunks, caplog)
        logging.getLogger("asyncio").removeHandler(caplog.handler)
    assert blocked == set()
