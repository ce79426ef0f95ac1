"""A real server as a process, and a real browser whose microphone plays a recording."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.microphone import write_hum
from tests.e2e.server_process import ServerProcess

OpenPage = Callable[..., Awaitable[Page]]
StartServer = Callable[..., Awaitable[ServerProcess]]


@asynccontextmanager
async def _launched(chromium_path: Path, microphone: Path) -> AsyncIterator[Browser]:
    arguments = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
async def open_page(chromium_path: Path, tmp_path: Path) -> AsyncIterator[OpenPage]:
    """``await open_page(url, microphone=WAV, **context_options)``: a page in a browser of its own.

    Without a recording its microphone hears a quiet hum. An uncaught error of the page fails the
    test.
    """
    errors: list[str] = []
    hum = write_hum(tmp_path / "hum.wav")

    async def open_(url: str, *, microphone: Path | None = None, **options: Any) -> Page:
        browser = await stack.enter_async_context(_launched(chromium_path, microphone or hum))
        context = await browser.new_context(
            **{"locale": "en-GB", "permissions": ["microphone"], **options}
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        await expect(page.locator("#state")).not_to_be_empty()
        return page

    async with AsyncExitStack() as stack:
        yield open_
    assert errors == []


@pytest.fixture
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
