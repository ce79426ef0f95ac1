"""The clients in docs/protocol.md, as somebody copies them, against a real server."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.live.engines import CountingEngine, ready
from tests.live.server import live_server
from vivavoz.settings import Settings

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"
CLIENTS = re.findall(r"^```python\n(.*?)^```$", PROTOCOL.read_text(), re.DOTALL | re.MULTILINE)


def test_there_are_two() -> None:
    assert [("vivavoz.client" in client) for client in CLIENTS] == [False, True]


@pytest.mark.parametrize("client", CLIENTS, ids=["websocket", "vivavoz.client"])
async def test_it_prints_what_was_said(client: str, human_speech: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with live_server(settings, ready(CountingEngine())) as server:
        speech = human_speech / "goforward.wav"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            client,
            str(speech),
            f"ws://127.0.0.1:{server.port}/ws",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complaints = await process.communicate()
        assert process.returncode == 0, complaints.decode()
        async with server.http() as http:
            (kept,) = (await http.get("/api/history")).json()["items"]
            said = (await http.get(f"/api/history/{kept['id']}")).json()["text"].split()
    assert said[0] == "word1"
    assert printed.decode().split() == said
