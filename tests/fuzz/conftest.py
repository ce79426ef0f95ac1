"""A server to be fuzzed, and how long fuzzing may take."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.live.engines import CountingEngine, ready
from tests.live.server import LiveServer, live_server
from vivavoz.settings import Settings

settings.register_profile(
    "chaos",
    deadline=None,
    max_examples=5000,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)

ROOM = {"max_sessions": 100_000, "max_sessions_per_address": 100_000, "connect_timeout_s": 5.0}


class ServerThread:
    """The real server on a thread of its own, so that blocking clients may be used too."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.live: LiveServer

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with live_server(self._settings, ready(CountingEngine())) as self.live:
            self._is_up.set()
            await self._stop.wait()

    def __enter__(self) -> LiveServer:
        self._thread.start()
        self._is_up.wait()
        return self.live

    def __exit__(self, *_exception: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with room for everybody."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with ServerThread(Settings.model_validate({"data_dir": folder, **ROOM})) as live:
        yield live
