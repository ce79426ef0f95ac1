"""The real process: what it writes, what it logs, how it stops."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.live.clients import PATIENCE_S, WebSocketClient, websocket_client
from tests.live.ports import free_port
from tests.live.server import until_answered
from tests.live.speech import pcm_of, spoken
from vivavoz.session.events import (
    Failed,
    SessionCompleted,
    StopRecording,
    TranscriptionFinal,
)

AUDITED = Path(__file__).parent.parent / "live" / "audited_server.py"


@dataclass
class AuditedServer:
    """``vivavoz serve`` whose writes and logs are noted below ``folder``."""

    folder: Path
    port: int
    process: asyncio.subprocess.Process

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def files_written(self) -> set[Path]:
        return {Path(line) for line in (self.folder / "notes").read_text().splitlines()}

    async def stop(self) -> int:
        """By SIGTERM; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.process.wait()


@asynccontextmanager
async def audited_server(folder: Path) -> AsyncIterator[AuditedServer]:
    port = free_port()
    options = ["--engine", "pocketsphinx", "--port", str(port), "--data-dir", str(folder / "data")]
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(AUDITED),
            str(folder / "notes"),
            "serve",
            *options,
            env=os.environ | {"VIVAVOZ_LOG_FORMAT": "json", "VIVAVOZ_LOG_LEVEL": "debug"},
            stdout=log,
            stderr=log,
        )
    server = AuditedServer(folder, port, process)
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            transport=httpx.AsyncHTTPTransport(retries=50),
            timeout=PATIENCE_S,
        ) as http:
            await until_answered(http, "/ready", 200)
        yield server
    finally:
        await server.stop()


@pytest.fixture(scope="module")
def speech(human_speech: Path) -> list[bytes]:
    return spoken(human_speech, ["goforward"])


async def dictate(client: WebSocketClient, chunks: list[bytes]) -> SessionCompleted:
    await client.record(chunks)
    await client.send(StopRecording(last_sequence_number=len(chunks)))
    completed = await client.until(SessionCompleted)
    assert await client.until_closed() == 1000
    return completed


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux about the process")
async def test_a_crash_would_leave_no_memory_behind(tmp_path: Path) -> None:
    async with audited_server(tmp_path) as server:
        process = Path("/proc") / str(server.process.pid)
        assert re.search(r"Max core file size\s+0\s+0\s", (process / "limits").read_text())
        assert int((process / "coredump_filter").read_text(), 16) == 0


async def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    async with audited_server(tmp_path) as server:
        kept = [server.data_dir, *server.data_dir.rglob("*")]
        assert server.data_dir / "vivavoz.db" in kept
        others = {path.name: oct(path.stat().st_mode) for path in kept}
        assert not {name for name, mode in others.items() if not mode.endswith("00")}, others


async def test_audio_stays_in_memory_and_text_out_of_the_logs(
    tmp_path: Path, human_speech: Path, speech: list[bytes]
) -> None:
    async with audited_server(tmp_path) as server:
        before = server.files_written()
        async with websocket_client(server.port) as client:
            token = (await client.greeted()).resume_token
            await client.record(speech)
            await client.until(TranscriptionFinal)
            held_open = {Path(f.path) for f in psutil.Process(server.process.pid).open_files()}
            await client.send(StopRecording(last_sequence_number=len(speech)))
            completed = await client.until(SessionCompleted)
        written = server.files_written() - before
        assert await server.stop() == 0
    data = server.data_dir
    database = {data / name for name in ("vivavoz.db", "vivavoz.db-wal", "vivavoz.db-shm")}
    (transcript,) = (data / "transcripts").glob("*.txt")
    # a file is made whole under another name in the same folder, then renamed
    assert {path for path in written - database if path.parent != transcript.parent} == set()
    inside = {path for path in held_open if path.is_relative_to(tmp_path)}
    assert inside <= database | {tmp_path / "log", tmp_path / "notes"}

    kept = [path for path in data.rglob("*") if path.is_file()]
    assert set(kept) <= database | {transcript}
    pcm = pcm_of(human_speech / "goforward.wav")
    samples = [pcm[start : start + 64] for start in range(0, len(pcm) - 64, 1000)]
    for path in [*kept, tmp_path / "log"]:
        content = path.read_bytes()
        assert not any(sample in content for sample in samples if any(sample)), path

    assert completed.confirmed_text in transcript.read_text()
    log = server.log
    assert str(completed.session_id) in log
    assert token not in log
    for word in ("forward", "meters"):
        assert word not in log
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"session_started", "session_ended"} <= {event["event"] for event in events}


async def test_a_stopped_server_sends_its_clients_away_to_come_back(
    tmp_path: Path, speech: list[bytes]
) -> None:
    async with audited_server(tmp_path) as server, websocket_client(server.port) as client:
        created = await client.greeted()
        await client.record(speech)
        final = await client.until(TranscriptionFinal)
        await client.until_durable(1)
        assert await server.stop() == 0
        assert await client.until_closed() == 1012
        (failed,) = client.of(Failed)
        assert failed.error.code == "SHUTTING_DOWN"
        assert failed.error.details["retry_after_s"] > 0
    back = {"session_id": str(created.session_id), "resume_token": created.resume_token}
    async with (
        audited_server(tmp_path) as server,
        websocket_client(server.port, back) as client,
    ):
        resumed = await client.welcomed_back()
        assert resumed.confirmed_text == final.result.text_content
        first = resumed.next_sequence_number
        await client.send_chunks(speech[first - 1 :], first=first)
        await client.send(StopRecording(last_sequence_number=len(speech)))
        completed = await client.until(SessionCompleted)
        assert completed.confirmed_text == final.result.text_content
        assert completed.saved
