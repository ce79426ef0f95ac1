"""A recording that is longer than a session may last is never cut in silence."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from tests.live.engines import CountingEngine, ready, silence
from tests.live.server import live_server
from tests.live.speech import pcm_of
from vivavoz.recognition.engine import SAMPLE_RATE_HZ
from vivavoz.settings import Settings
from vivavoz.transports.transcriptions import TRANSCRIPTIONS_PATH

LIMIT_S = 60
AHEAD_S = 240.0
"""More than an upload's session takes in before it decodes."""


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(data_dir=tmp_path, duration_limit_s=LIMIT_S)
    async with live_server(settings, ready(CountingEngine())) as server, server.http() as client:
        yield client


@pytest.fixture(scope="session")
def too_long(human_speech: Path) -> bytes:
    """A sentence, silence beyond the limit, and the sentence again: 16-bit samples."""
    sentence = pcm_of(human_speech / "goforward.wav")
    return sentence + silence(LIMIT_S + AHEAD_S) + sentence


def encoded(samples: bytes, container_format: str, codec: str) -> bytes:
    """A recording of a common kind."""
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(samples, np.int16)[np.newaxis], format="s16", layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE_HZ
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


async def transcribe(
    http: httpx.AsyncClient, recording: bytes, **fields: str
) -> tuple[httpx.Response, list[dict[str, Any]]]:
    """The answer, and the messages of its stream."""
    answer = await http.post(
        TRANSCRIPTIONS_PATH, data=fields, files={"file": ("talk", recording, "audio/any")}
    )
    lines = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    return answer, [json.loads(line.removeprefix("data: ")) for line in lines]


async def history(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await http.get("/api/history")).json()["items"]
    return items


@pytest.mark.parametrize("stream", ["false", "true"])
async def test_one_whose_header_tells_is_refused_before_any_work(
    http: httpx.AsyncClient, too_long: bytes, stream: str
) -> None:
    answer, messages = await transcribe(http, encoded(too_long, "wav", "pcm_s16le"), stream=stream)
    (error,) = [message["error"] for message in messages or [answer.json()]]
    assert error["code"] == "RECORDING_TOO_LONG"
    assert error["details"]["duration_limit"] == LIMIT_S
    assert answer.status_code == (200 if stream == "true" else 413)
    assert await history(http) == []


async def test_one_that_only_turns_out_so_is_told_and_its_beginning_kept(
    http: httpx.AsyncClient, too_long: bytes
) -> None:
    recording = encoded(too_long, "adts", "aac")
    answer, _ = await transcribe(http, recording)
    assert answer.status_code == 413
    error = answer.json()["error"]
    assert error["code"] == "RECORDING_TOO_LONG"
    (kept,) = await history(http)
    assert error["details"]["transcript_id"] == kept["id"]
    text = (await http.get(f"/api/history/{kept['id']}")).json()["text"]
    assert text.startswith("word1")

    _, messages = await transcribe(http, recording, stream="true", store="false")
    assert {"transcript.text.delta", "error"} <= {str(message["type"]) for message in messages}
    assert messages[-1]["error"]["code"] == "RECORDING_TOO_LONG"
    assert messages[-1]["error"]["details"]["transcript_id"] is None
    assert "transcript.text.done" not in {message["type"] for message in messages}
    assert len(await history(http)) == 1


async def test_one_as_long_as_allowed_is_transcribed_whole(
    http: httpx.AsyncClient, human_speech: Path
) -> None:
    sentence = pcm_of(human_speech / "goforward.wav")
    silent_s = LIMIT_S - 2 * len(sentence) / 2 / SAMPLE_RATE_HZ
    recording = encoded(sentence + silence(silent_s) + sentence, "wav", "pcm_s16le")
    answer, _ = await transcribe(http, recording, response_format="verbose_json")
    assert answer.status_code == 200
    assert answer.json()["duration"] == pytest.approx(LIMIT_S, abs=0.05)
    assert len(answer.json()["segments"]) == 2
