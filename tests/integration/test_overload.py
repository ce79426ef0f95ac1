"""More speech than the machine can decode: partials thin out, finals stay whole and the same.

The engine stands still for as long as a test says, so that how much is too much does not depend on
the machine.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
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
_MAX_UNACKNOWLEDGED = 8
_PATIENCE_S = 120.0
_POLL_S = 0.005


class HaltingEngine:
    """A real engine whose decodes wait while it is halted."""

    def __init__(self, engine: WindowEngine) -> None:
        self._engine = engine
        self.capabilities = engine.capabilities
        self.detect_language = engine.detect_language
        self.warm_up = engine.warm_up
        self.close = engine.close
        self.may_decode = threading.Event()
        self.may_decode.set()
        self.is_decoding = False

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """Decode as soon as it may. There is one worker."""
        self.is_decoding = True
        try:
            self.may_decode.wait()
            return self._engine.decode(requests)
        finally:
            self.is_decoding = False


class Halting:
    """Loads the settings' engine, to be halted."""

    engine: HaltingEngine

    def __call__(self, settings: Settings, report: Callable[[Progress], None]) -> LoadedEngine:
        engine = load_engine(settings, report).engine
        assert isinstance(engine, WindowEngine)
        self.engine = HaltingEngine(engine)
        return LoadedEngine(self.engine)


class Dictation:
    """One client, and what it was told so far."""

    def __init__(self, client: VivavozClient) -> None:
        self._client = client
        self._reading = asyncio.create_task(self._read())
        self._sent_chunks = 0
        self.finals: list[str] = []
        self.partials = 0
        self.processed: list[int] = [0]
        self.pending: list[int] = [0]
        self.confirmed_text = ""
        self.received_chunks = 0

    async def send(self, chunk: bytes) -> None:
        """Send audio, faster than it was spoken."""
        await self._client.send(chunk)
        self._sent_chunks += 1

    async def all_heard(self) -> None:
        """Wait until the server has heard all that was sent: a decode that is due is with the
        scheduler by then."""
        await until(lambda: self.processed[-1] == self._sent_chunks)

    async def stop(self) -> None:
        """Wait for the last word."""
        completed = await self._client.stop()
        await self._reading
        self.confirmed_text = completed.confirmed_text
        self.received_chunks = completed.audio_chunks_received

    async def break_off(self) -> None:
        """Listen no longer."""
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        async for event in self._client.events():
            match event:
                case TranscriptionFinal(result=result):
                    self.finals.append(result.text_content)
                case TranscriptionPartial():
                    self.partials += 1
                case MetricsMeasured(metrics=metrics):
                    self.processed.append(metrics.chunks_processed)
                    self.pending.append(metrics.chunks_pending)


@asynccontextmanager
async def dictating(live: LiveServer) -> AsyncIterator[Dictation]:
    """A client at work."""
    async with VivavozClient(live.url, mime_type=_MIME_TYPE, language="es") as client:
        dictation = Dictation(client)
        try:
            yield dictation
        finally:
            await dictation.break_off()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the server does it
            await asyncio.sleep(_POLL_S)


async def dictate_alone(live: LiveServer, engine: HaltingEngine, audio: bytes) -> Dictation:
    """Dictate no faster than the engine decodes."""
    async with dictating(live) as dictation:
        for chunk in chunks_of(audio):
            await dictation.send(chunk)
            await dictation.all_heard()
            await until(lambda: not engine.is_decoding)
        await dictation.stop()
    return dictation


async def dictate_to_a_halted_engine(
    live: LiveServer, engine: HaltingEngine, audio: bytes, halted: asyncio.Barrier
) -> Dictation:
    """Dictate all before the first decode has ended, as others do at the same time."""
    async with dictating(live) as dictation:
        for chunk in chunks_of(audio):
            await dictation.send(chunk)
        await dictation.all_heard()
        await halted.wait()
        engine.may_decode.set()
        await dictation.stop()
    return dictation


def overloaded(model: Path, data_dir: Path, **settings: object) -> Settings:
    """One worker, nobody is refused for it, and every measurement is told at once."""
    return Settings.model_validate(
        {
            "data_dir": data_dir,
            "engine": EngineChoice.WHISPER,
            "model": str(model),
            "worker_threads": 1,
            "max_queue_wait_s": 60.0,
            "processing_timeout_s": _PATIENCE_S,
            "metrics_interval_s": 0.02,
            "max_chunks_per_second": 10_000,
            **settings,
        }
    )


async def test_under_overload_partials_thin_out_and_finals_stay_the_same(
    fixture_model: Path, tmp_path: Path
) -> None:
    audio = pcm_of(fixture_model.parent / "samples" / "es-3.wav")
    load = Halting()
    async with live_server(overloaded(fixture_model, tmp_path), load) as live:
        alone = await dictate_alone(live, load.engine, audio)
        load.engine.may_decode.clear()
        try:
            halted = asyncio.Barrier(_SESSIONS)
            async with asyncio.TaskGroup() as crowd:
                tasks = [
                    crowd.create_task(dictate_to_a_halted_engine(live, load.engine, audio, halted))
                    for _ in range(_SESSIONS)
                ]
        finally:
            load.engine.may_decode.set()
        together = [task.result() for task in tasks]
    assert alone.confirmed_text
    assert [one.finals for one in together] == [alone.finals] * _SESSIONS
    assert [one.confirmed_text for one in together] == [alone.confirmed_text] * _SESSIONS
    assert max(one.partials for one in together) <= 2  # one that was begun, the newest that waited
    assert alone.partials > 4


async def test_what_waits_in_the_server_stays_bounded(fixture_model: Path, tmp_path: Path) -> None:
    settings = overloaded(fixture_model, tmp_path, max_unacknowledged_chunks=_MAX_UNACKNOWLEDGED)
    chunks = chunks_of(pcm_of(fixture_model.parent / "samples" / "es-60s.wav"))
    load = Halting()
    async with live_server(settings, load) as live, dictating(live) as dictation:
        load.engine.may_decode.clear()
        try:
            for chunk in chunks:
                await dictation.send(chunk)
            await until(lambda: dictation.pending[-1] >= _MAX_UNACKNOWLEDGED)
            seen = len(dictation.pending)
            await until(lambda: len(dictation.pending) > seen + 20)
        finally:
            load.engine.may_decode.set()
        await dictation.stop()
    assert dictation.received_chunks == len(chunks)
    assert max(dictation.pending) < 2 * _MAX_UNACKNOWLEDGED
