"""More speech than the machine can decode: partials thin out, finals stay whole and the same."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.server import LiveServer, live_server
from tests.live.speech import chunks_of, pcm_of
from vivavoz.client.stream import VivavozClient
from vivavoz.engines.registry import LoadedEngine, load_engine
from vivavoz.recognition.engine import DecodeRequest, DecodeResult, WindowEngine
from vivavoz.runtime.loading import Progress
from vivavoz.session.events import MetricsMeasured, TranscriptionFinal, TranscriptionPartial
from vivavoz.settings import EngineChoice, Settings

_MIME_TYPE = "audio/pcm;rate=16000;channels=1"
_SESSIONS = 4
_SPEED = 2.0
_DECODE_TAKES_S = 0.15
_MAX_UNACKNOWLEDGED = 8


class SlowedEngine:
    """A real engine whose decodes take longer, off the interpreter lock like real ones."""

    def __init__(self, engine: WindowEngine) -> None:
        self._engine = engine
        self.capabilities = engine.capabilities
        self.detect_language = engine.detect_language
        self.warm_up = engine.warm_up
        self.close = engine.close

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """Decode, and take longer over it."""
        time.sleep(_DECODE_TAKES_S)
        return self._engine.decode(requests)


@dataclass(frozen=True)
class Heard:
    """What one client was told."""

    finals: tuple[str, ...]
    partials: int
    confirmed_text: str


def slowed(settings: Settings, report: Callable[[Progress], None]) -> LoadedEngine:
    """The settings' engine, slowed."""
    engine = load_engine(settings, report).engine
    assert isinstance(engine, WindowEngine)
    return LoadedEngine(SlowedEngine(engine))


async def waiting_in(live: LiveServer, recording: Path) -> list[int]:
    """Play one recording as fast as the server takes it; how many chunks waited in the server,
    measurement by measurement."""
    async with VivavozClient(live.url, mime_type=_MIME_TYPE, language="es") as client:
        for chunk in chunks_of(pcm_of(recording) * 2):
            await client.send(chunk)
        completed = await client.stop()
        measured = [event async for event in client.events() if isinstance(event, MetricsMeasured)]
    assert completed.audio_chunks_received > 20 * _MAX_UNACKNOWLEDGED
    return [event.metrics.chunks_pending for event in measured]


async def dictate(live: LiveServer, recording: Path) -> Heard:
    """Play one recording at twice its pace."""
    finals: list[str] = []
    partials = 0
    async with VivavozClient(live.url, mime_type=_MIME_TYPE, language="es") as client:

        async def read() -> None:
            nonlocal partials
            async for event in client.events():
                match event:
                    case TranscriptionFinal(result=result):
                        finals.append(result.text_content)
                    case TranscriptionPartial():
                        partials += 1

        reading = asyncio.create_task(read())
        for chunk in chunks_of(pcm_of(recording)):
            await client.send(chunk)
            await asyncio.sleep(len(chunk) / 32_000 / _SPEED)
        completed = await client.stop()
        await reading
    return Heard(tuple(finals), partials, completed.confirmed_text)


def overloaded(model: Path, data_dir: Path, **settings: object) -> Settings:
    """One worker, and nobody is refused for it."""
    return Settings.model_validate(
        {
            "data_dir": data_dir,
            "engine": EngineChoice.WHISPER,
            "model": str(model),
            "worker_threads": 1,
            "max_queue_wait_s": 60.0,
            **settings,
        }
    )


async def test_under_overload_partials_thin_out_and_finals_stay_the_same(
    fixture_model: Path, tmp_path: Path
) -> None:
    recording = fixture_model.parent / "samples" / "es-2.wav"
    async with live_server(overloaded(fixture_model, tmp_path), slowed) as live:
        alone = await dictate(live, recording)
        crowd = await asyncio.gather(*(dictate(live, recording) for _ in range(_SESSIONS)))
    assert alone.confirmed_text
    assert [one.finals for one in crowd] == [alone.finals] * _SESSIONS
    assert [one.confirmed_text for one in crowd] == [alone.confirmed_text] * _SESSIONS
    assert max(one.partials for one in crowd) < alone.partials


async def test_what_waits_in_the_server_stays_bounded(fixture_model: Path, tmp_path: Path) -> None:
    settings = overloaded(
        fixture_model,
        tmp_path,
        max_unacknowledged_chunks=_MAX_UNACKNOWLEDGED,
        metrics_interval_s=0.02,
        max_chunks_per_second=10_000,
    )
    recording = fixture_model.parent / "samples" / "es-60s.wav"
    async with live_server(settings, slowed) as live:
        waiting = await waiting_in(live, recording)
    assert max(waiting) >= _MAX_UNACKNOWLEDGED, "it was never behind"
    assert max(waiting) < 2 * _MAX_UNACKNOWLEDGED
