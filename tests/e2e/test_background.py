"""A tab in the background, which the browser slows down, goes on listening."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.server_process import ServerProcess
from tests.e2e.speaking import (
    PASSAGES,
    SPEECH_TIMEOUT_MS,
    Recordings,
    assert_is_whole,
    duration_s,
    speech,
)
from tests.e2e.undriven_browser import Tab, UndrivenBrowser

pytestmark = pytest.mark.timeout(300)  # speech takes its time, and a busy server its own

PATIENCE_S = SPEECH_TIMEOUT_MS / 1000
TICK_S = 0.1
COUNT_TICKS = f"window.ticks = 0; setInterval(() => ticks++, {1000 * TICK_S})"
IN_STATE = "document.documentElement?.dataset.state === '{}'"


@pytest_asyncio.fixture(loop_scope="session")
async def browser(
    chromium_path: Path, human_recordings: Recordings, tmp_path: Path
) -> AsyncIterator[UndrivenBrowser]:
    browser = UndrivenBrowser(
        chromium_path,
        tmp_path / "profile",
        microphone=speech(human_recordings, tmp_path, *PASSAGES),
    )
    await browser.start()
    yield browser
    await browser.stop()


async def start_speaking(tab: Tab) -> None:
    """Press the button; return when the first passage is confirmed text."""
    await tab.until(IN_STATE.format("idle"))
    await tab.evaluate("document.querySelector('#record').click()")
    await tab.until("/forward/.test(document.querySelector('#transcript').innerText)", PATIENCE_S)


async def finish(tab: Tab) -> str:
    """Finish; return the text on the page."""
    await tab.evaluate("document.querySelector('#finish').click()")
    await tab.until(IN_STATE.format("finished"), PATIENCE_S)
    text: str = await tab.evaluate("document.querySelector('#transcript').innerText")
    return text


@pytest.mark.parametrize("is_restarted", [False, True], ids=["", "while the server restarts"])
async def test_a_hidden_tab_goes_on_listening(
    browser: UndrivenBrowser,
    server: ServerProcess,
    human_recordings: Recordings,
    *,
    is_restarted: bool,
) -> None:
    tab = await browser.open(server.url)
    await start_speaking(tab)
    await browser.open("about:blank")
    await tab.until("document.hidden")
    await tab.evaluate(COUNT_TICKS)
    if is_restarted:
        await server.kill()
        await server.start()
    await asyncio.sleep(duration_s(human_recordings))
    assert await tab.evaluate("document.hidden")
    ticks = await tab.evaluate("ticks")
    assert ticks < duration_s(human_recordings) / TICK_S / 2, "the page was not slowed down"
    await browser.show(tab)
    await tab.until(IN_STATE.format("listening"), PATIENCE_S)
    assert_is_whole(await finish(tab), human_recordings)
