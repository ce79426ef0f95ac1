"""A real server as a process, and a real browser whose microphone plays a recording.

One browser and one server serve all tests of a worker, so they share one event loop as well; each
test gets a browser context of its own, and a server without a history.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.microphone import write_hum
from tests.e2e.server_process import ServerProcess
from vivavoz.history.store import SqlTranscriptStore

OpenPage = Callable[..., Awaitable[Page]]
StartServer = Callable[..., Awaitable[ServerProcess]]

BUILT_IN = ("--engine", "pocketsphinx")
PATIENCE_MS = 20_000
"""How long a page may take on a machine that has much else to do."""

_SWITCHED_OFF = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
)
"""Features of Chromium: those that Playwright switches off, for only the last list counts, and the
pages of the address bar, which every context loads and none of our tests opens."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all tests of this folder in one event loop."""
    marker = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(marker, append=False)


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser hears whenever its microphone is opened: the file there is at that time."""
    return tmp_path_factory.mktemp("microphone") / "heard.wav"


@pytest.fixture(scope="session")
def hum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a quiet hum."""
    return write_hum(tmp_path_factory.mktemp("hum") / "hum.wav")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: Path, microphone: Path) -> AsyncIterator[Browser]:
    """The browser of all tests of this worker."""
    arguments = [
        "--no-sandbox",
        f"--disable-features={','.join(_SWITCHED_OFF)}",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, microphone: Path, hum: Path) -> AsyncIterator[OpenPage]:
    """``await open_page(url, hears=WAV, **context_options)``: a page in a context of its own.

    Without a recording its microphone hears a quiet hum. An uncaught error of the page fails the
    test.
    """
    errors: list[str] = []

    async def open_(url: str, *, hears: Path = hum, **options: Any) -> Page:
        shutil.copyfile(hears, microphone)
        context = await browser.new_context(
            **{"locale": "en-GB", "permissions": ["microphone"], **options}
        )
        stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        await expect(page.locator("#state")).not_to_be_empty()
        return page

    async with AsyncExitStack() as stack:
        yield open_
    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def start_server(tmp_path: Path) -> AsyncIterator[StartServer]:
    """``await start_server("--engine", "pocketsphinx", VIVAVOZ_LANGUAGE="en")``: a real server with
    these options and settings that is ready."""
    servers: list[ServerProcess] = []

    async def start(*options: str, **settings: str) -> ServerProcess:
        data_dir = tmp_path / f"data-{len(servers)}"
        server = ServerProcess(data_dir, options, settings=settings)
        servers.append(server)
        await server.start()
        return server

    yield start
    for server in servers:
        await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[ServerProcess]:
    """The server of all tests of this worker that ask for nothing special; not started yet."""
    server = ServerProcess(tmp_path_factory.mktemp("shared") / "data", BUILT_IN)
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def server(shared_server: ServerProcess) -> ServerProcess:
    """A real server with the built-in engine that is ready, and an empty history."""
    if not shared_server.is_running:
        await shared_server.start()
    store = open_store(shared_server.data_dir)
    while kept := store.catalog.page(None, limit=500).items:
        store.trash.delete([transcript.id for transcript in kept], None)
    store.trash.purge()
    for session in store.unfinished_since(datetime.now(UTC)):
        store.discard(session.session.session_id)
    store.close()
    return shared_server


def open_store(data_dir: Path) -> SqlTranscriptStore:
    """The history of a server, whether it runs or not; nothing deleted in it can be undone."""
    data_dir.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{data_dir / 'vivavoz.db'}"
    return SqlTranscriptStore(url, data_dir / "transcripts", undo_delete_s=0)
