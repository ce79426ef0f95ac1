"""Sessions at work with a clock that tests move; engine, threads and store are real."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live.clients import CAPTURED, PCM
from tests.live.engines import CountingEngine, ready
from tests.live.speech import spoken
from tests.unit.runtime.desk import Desk
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.recognition.engine import Engine
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.runtime.connection import Closing, Connection
from vivavoz.runtime.counters import Counters
from vivavoz.runtime.leftovers import Leftovers
from vivavoz.runtime.loading import EngineLoader
from vivavoz.runtime.manager import SessionManager
from vivavoz.runtime.measurements import ProcessGauge
from vivavoz.runtime.runner import SessionRunner
from vivavoz.runtime.scheduler import Scheduler
from vivavoz.runtime.services import Services
from vivavoz.session.deadlines import Moment
from vivavoz.session.entities import AudioChunk
from vivavoz.session.events import (
    AudioChunkReceived,
    Failed,
    ServerEvent,
    SessionCompleted,
    StartRecording,
)
from vivavoz.session.limits import SessionRules
from vivavoz.settings import Settings

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
ADDRESS = "192.0.2.1"
PATIENCE_S = 30.0


@dataclass(eq=False)
class _Call:
    at_s: float
    callback: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


class ManualClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._calls: list[_Call] = []

    def now(self) -> Moment:
        """This moment."""
        return Moment(self.now_s, NOON + timedelta(seconds=self.now_s))

    def call_at(self, monotonic_s: float, callback: Callable[[], None]) -> _Call:
        """Call back from within ``advance``."""
        call = _Call(monotonic_s, callback)
        self._calls.append(call)
        return call

    def advance(self, seconds: float) -> None:
        """Let time pass and make the calls that become due, each at its own time."""
        end_s = self.now_s + seconds
        while due := [c for c in self._calls if not c.is_cancelled and c.at_s <= end_s]:
            call = min(due, key=lambda c: c.at_s)
            self._calls.remove(call)
            self.now_s = max(self.now_s, call.at_s)
            call.callback()
        self.now_s = end_s


class Caller:
    """A client without a wire: a session and the events that it sent."""

    def __init__(self, runner: SessionRunner, connection: Connection) -> None:
        self.runner = runner
        self.connection = connection
        self.events: list[ServerEvent] = []
        self._sent = 0

    def start(self) -> None:
        """Begin to record."""
        self.runner.receive(StartRecording(mime_type=PCM, language="en"))

    def send(self, audio: bytes) -> None:
        """The next chunk."""
        self._sent += 1
        chunk = AudioChunk(
            chunk_id=str(self._sent),
            session_id=self.runner.session.entity.session_id,
            sequence_number=self._sent,
            timestamp=CAPTURED,
            mime_type=PCM,
            audio_data=audio,
            size_bytes=len(audio),
        )
        self.runner.receive(AudioChunkReceived(chunk=chunk))

    async def until_closed(self) -> int:
        """Read to the end; the close code."""
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(event := await self.connection.next(), Closing):
                self.events.append(event)
        return int(event.code)

    def errors(self) -> list[str]:
        """The codes of the errors that were read."""
        return [event.error.code for event in self.events if isinstance(event, Failed)]

    def completed(self) -> SessionCompleted:
        """The one completion that was read."""
        (completed,) = [event for event in self.events if isinstance(event, SessionCompleted)]
        return completed


@dataclass
class House:
    """Everything of a server but its wires."""

    clock: ManualClock
    services: Services
    store: SqlTranscriptStore
    manager: SessionManager

    def call(self, address: str = ADDRESS) -> Caller:
        """A new session and its client."""
        connection = Connection(self.services.settings.send_queue_events)
        return Caller(self.manager.connect(connection, address), connection)

    def leftovers(
        self, loaded: asyncio.Event | None = None, purge_deleted: Callable[[], object] = int
    ) -> Leftovers:
        """Who looks after what earlier processes left behind, once the engine is loaded."""
        until_loaded = (loaded or asyncio.Event()).wait
        is_live = self.manager.is_live
        return Leftovers(self.services, self.store, is_live, until_loaded, purge_deleted)

    async def until_gone(self, caller: Caller) -> None:
        """Wait for the session's end."""
        async with asyncio.timeout(PATIENCE_S):
            while caller.runner in self.manager.runners:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.001)


OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture(scope="session")
def sentence(human_speech: Path) -> list[bytes]:
    """ "Go forward ten meters" in chunks."""
    return spoken(human_speech, ["goforward"])


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """Opens a house with this engine and these settings."""
    executor = ThreadPoolExecutor(1)
    opened: list[tuple[House, EngineLoader]] = []

    async def open_with(engine: Engine | None = None, **settings: object) -> House:
        known = Settings.model_validate({"data_dir": tmp_path, **settings})
        clock = ManualClock()
        store = SqlTranscriptStore(
            known.sqlalchemy_url, known.transcripts_dir, clock=lambda: clock.now().wall
        )
        services = Services(
            settings=known,
            epoch="epoch",
            clock=clock,
            store=store,
            store_executor=executor,
            process=ProcessGauge(),
            counters=Counters(),
            rules=SessionRules.from_settings(known),
            recognizer_settings=RecognizerSettings.from_settings(known),
        )
        loader = EngineLoader(known, ready(engine or CountingEngine()))
        loader.start()
        async with asyncio.timeout(PATIENCE_S):
            while loader.state == "loading":  # noqa: ASYNC110 - a thread tells it
                await asyncio.sleep(0.001)
        house = House(clock, services, store, SessionManager(services, loader, store))
        opened.append((house, loader))
        return house

    yield open_with
    for house, loader in opened:
        await house.manager.drain()
        loader.close()
    executor.shutdown()
    for house, _ in opened:
        house.store.close()


@pytest.fixture
async def desk_of() -> AsyncIterator[Callable[..., Desk]]:
    """Opens a desk at a scheduler of its own."""
    schedulers: list[Scheduler] = []

    def open_desk(workers: int = 1, timeout_s: float = PATIENCE_S, engine: object = None) -> Desk:
        scheduler = Scheduler(engine or CountingEngine(), workers, timeout_s)  # type: ignore[arg-type]
        schedulers.append(scheduler)
        return Desk(scheduler)

    yield open_desk
    for scheduler in schedulers:
        scheduler.close()
