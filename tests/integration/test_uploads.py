"""Whole recordings over HTTP: what is answered, what is kept, what is refused."""

import math
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


# --- what is not kept -----------------------------------------------------------------------------


def holding(folder: Path, *secrets: bytes) -> list[Path]:
    """The files under a folder that hold any of these."""
    files = filter(Path.is_file, folder.rglob("*"))
    return [file for file in files if any(secret in file.read_bytes() for secret in secrets)]


async def test_what_shall_not_be_stored_leaves_nothing(
    http: httpx.AsyncClient, recording: bytes, tmp_path: Path
) -> None:
    answer = await transcribe(
        http, recording, "Secret.wav", store="false", response_format="verbose_json"
    )
    assert answer.json()["text"].startswith("word1")
    assert answer.json()["transcript_id"] is None
    assert (await http.get("/api/history")).json()["total"] == 0
    assert holding(tmp_path, b"word1", b"Secret") == []
    await transcribe(http, recording, "Known.wav")
    assert holding(tmp_path, b"word1", b"Known")


# --- what is answered, what is refused ------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ([], {"segments"}),
        (["segment"], {"segments"}),
        (["word"], {"words"}),
        (["word", "segment"], {"words", "segments"}),
    ],
)
async def test_there_are_the_times_that_were_asked_for(
    http: httpx.AsyncClient, recording: bytes, asked: list[str], there: set[str]
) -> None:
    fields: dict[str, Any] = {"timestamp_granularities[]": asked, "response_format": "verbose_json"}
    answer = (await transcribe(http, recording, **fields)).json()
    assert {"words", "segments"} & set(answer) == there


async def test_a_segment_has_what_typed_clients_read(
    http: httpx.AsyncClient, recording: bytes
) -> None:
    answer = (await transcribe(http, recording, response_format="verbose_json")).json()
    (segment,) = answer["segments"]
    assert segment["avg_logprob"] == pytest.approx(math.log(segment["confidence"]))
    assert segment["compression_ratio"] > 0.5
    assert (segment["seek"], segment["tokens"], segment["temperature"]) == (0, [], 0)
    assert segment["no_speech_prob"] == 0


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"temperature": "9"}, "temperature"),
        ({"temperature": "warm"}, "temperature"),
        ({"timestamp_granularities[]": "syllable"}, "timestamp_granularities"),
        ({"timestamp_granularities[]": "word"}, "timestamp_granularities"),
        ({"response_format": "srt", "stream": "true"}, "response_format"),
        ({"response_format": "xml"}, "response_format"),
        ({"lang": "en"}, "lang"),
    ],
)
async def test_a_field_that_cannot_be_served_is_refused_by_name(
    http: httpx.AsyncClient, recording: bytes, fields: dict[str, str], named: str
) -> None:
    answer = await transcribe(http, recording, **fields)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "INVALID_REQUEST"
    assert named in error["message"]
    assert (await http.get("/api/history")).json()["total"] == 0


async def test_fields_for_other_models_are_ignored(
    http: httpx.AsyncClient, recording: bytes
) -> None:
    fields: dict[str, Any] = {
        "model": "whisper-1",
        "temperature": "0.2",
        "include[]": ["logprobs"],
        "chunking_strategy": "auto",
        "language": "",
    }
    assert (await transcribe(http, recording, **fields)).json()["text"].startswith("word1")


# --- the model ------------------------------------------------------------------------------------


async def test_the_model_that_runs_is_listed(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/v1/models")).json()
    assert listed["object"] == "list"
    (model,) = listed["data"]
    assert model == {
        "id": "half-seconds",
        "object": "model",
        "created": model["created"],
        "owned_by": "counting",
    }
    assert (await http.get("/v1/models/half-seconds")).json() == model
    other = await http.get("/v1/models/openai/whisper-1")
    assert (other.status_code, other.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert "half-seconds" in other.json()["error"]["message"]


async def test_the_model_is_shown_to_those_who_have_a_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, auth=True)
    async with live_server(settings, ready(CountingEngine())) as live, live.http() as stranger:
        assert (await stranger.get("/v1/models")).status_code == 401
