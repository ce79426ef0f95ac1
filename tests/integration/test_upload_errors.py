"""What goes wrong with an upload is told and counted once."""

import asyncio
import io
import json
import threading
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.live.engines import CountingEngine, CountingStream, ready, silence
from tests.live.server import live_server
from tests.live.speech import pcm_of
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, RecognitionOptions
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.settings import Settings
from vivavoz.transports.transcriptions import TRANSCRIPTIONS_PATH


class HeldEngine(CountingEngine):
    """Ends its first utterance at once, every other one when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self._utterances = 0

    def open_stream(self, options: RecognitionOptions) -> CountingStream:
        """Begin an utterance."""
        self._utterances += 1
        self.opened(1)
        return CountingStream(self) if self._utterances == 1 else HeldStream(self)


class HeldStream(CountingStream):
    """An utterance that does not end before it may."""

    def finish(self) -> Hypothesis:
        """The words in all."""
        assert isinstance(self.engine, HeldEngine)
        self.engine.let_go.wait()
        return super().finish()


@pytest.fixture
def engine() -> HeldEngine:
    return HeldEngine()


@pytest.fixture
async def http(engine: HeldEngine, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        live_server(Settings(data_dir=tmp_path), ready(engine)) as server,
        server.http() as client,
    ):
        yield client
        engine.let_go.set()


def wav_of(audio: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(SAMPLE_RATE_HZ)
        wav.writeframes(audio)
    return file.getvalue()


async def errors_counted(http: httpx.AsyncClient) -> dict[str, float]:
    """How often each code was."""
    samples = (await http.get("/metrics")).text.splitlines()
    told = (line.split() for line in samples if line.startswith("vivavoz_errors_total{"))
    return {name.split('"')[1]: float(count) for name, count in told}


async def test_an_upload_whose_session_is_ended_counts_one_error(
    http: httpx.AsyncClient, human_speech: Path
) -> None:
    sentence = pcm_of(human_speech / "goforward.wav")
    recording = wav_of((sentence + silence(2.0)) * 2)
    form = {"stream": "true"}
    told: list[str] = []
    async with (
        asyncio.timeout(60),
        http.stream("POST", TRANSCRIPTIONS_PATH, files={"file": recording}, data=form) as answer,
    ):
        async for line in answer.aiter_lines():
            if not line:
                continue
            message = json.loads(line.removeprefix("data: "))
            told.append(message["type"])
            if message["type"] == "transcript.text.delta":
                path = f"/api/streaming/sessions/{message['result']['session_id']}"
                assert (await http.delete(path)).status_code == 204
    assert (told.count("transcript.text.delta"), told[-1]) == (1, "error")
    assert message["error"]["code"] == "SESSION_CANCELLED"
    assert await errors_counted(http) == {"SESSION_CANCELLED": 1.0}


async def test_a_recording_without_sound_counts_one_error(http: httpx.AsyncClient) -> None:
    refused = await http.post(TRANSCRIPTIONS_PATH, files={"file": wav_of(b"")})
    assert refused.json()["error"]["code"] == "INVALID_FORMAT"
    assert await errors_counted(http) == {"INVALID_FORMAT": 1.0}
