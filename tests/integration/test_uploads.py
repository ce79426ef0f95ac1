"""Whole recordings over HTTP: what is answered, what is kept, what is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.engines import CountingEngine, ready
from tests.live.server import LiveServer, live_server
from vivavoz.settings import Settings
from vivavoz.transports.transcriptions import TRANSCRIPTIONS_PATH


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(Settings(data_dir=tmp_path), ready(CountingEngine())) as live:
        yield live


@pytest.fixture
async def http(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with server.http() as client:
        yield client


@pytest.fixture(scope="session")
def recording(human_speech: Path) -> bytes:
    """A sentence in a WAV file."""
    return (human_speech / "goforward.wav").read_bytes()


async def transcribe(
    http: httpx.AsyncClient, recording: bytes, name: str = "recording.wav", **fields: Any
) -> httpx.Response:
    files = {"file": (name, recording, "audio/wav")}
    return await http.post(TRANSCRIPTIONS_PATH, data=fields, files=files)


# --- its name -------------------------------------------------------------------------------------


async def test_a_transcript_is_named_by_its_file_and_found_by_it(
    http: httpx.AsyncClient, recording: bytes
) -> None:
    await transcribe(http, recording, "Interview-0870 Ana.wav")
    for query in ("", "interview", "0870", "Interview-0870 Ana.wav"):
        (found,) = (await http.get("/api/history", params={"q": query})).json()["items"]
        assert found["title"] == "Interview-0870 Ana"
        assert found["source_file"] == "Interview-0870 Ana.wav"
    path = f"/api/history/{found['id']}"
    await http.patch(path, json={"title": "With Ana"})
    assert (await http.get("/api/history?q=0870 wav")).json()["total"] == 1
    assert (await http.get(path)).json()["source_file"] == "Interview-0870 Ana.wav"


async def test_a_name_that_a_program_made_up_is_no_title(
    http: httpx.AsyncClient, recording: bytes
) -> None:
    await transcribe(http, recording, "recording.wav")
    (found,) = (await http.get("/api/history")).json()["items"]
    assert found["title"].startswith("word1 word2")
    assert found["source_file"] is None
