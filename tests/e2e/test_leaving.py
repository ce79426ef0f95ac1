"""A page that goes while somebody is speaking: the next one finishes the dictation and says so."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import expect_state
from tests.e2e.server_process import ServerProcess
from tests.e2e.speaking import SPEECH_TIMEOUT_MS, Recordings, speech, start_speaking

pytestmark = pytest.mark.timeout(300)  # speech takes its time, and a busy server its own


async def close(page: Page) -> None:
    """Close the tab."""
    await page.close()


async def crash(page: Page) -> None:
    """End the tab's process."""
    async with page.expect_event("crash"):
        with pytest.raises(Error):
            await page.goto("chrome://crash", timeout=5000)


@pytest.mark.parametrize("leave", [close, crash])
async def test_what_was_said_is_in_the_history_when_the_page_is_opened_again(
    server: ServerProcess,
    open_page: OpenPage,
    human_recordings: Recordings,
    tmp_path: Path,
    leave: Callable[[Page], Awaitable[None]],
) -> None:
    page = await open_page(server.url, hears=speech(human_recordings, tmp_path, "goforward"))
    await start_speaking(page)
    context = page.context
    await leave(page)
    page = await context.new_page()
    await page.goto(server.url)
    notice = page.locator(".notice").filter(has_text="while you were dictating")
    await expect(notice).to_contain_text("is in the history", timeout=SPEECH_TIMEOUT_MS)
    await notice.get_by_role("button", name="Open it in the history").click()
    await expect(page.locator(".reader .transcript")).to_contain_text("forward")
    assert len(server.transcript_files) == 1
    await page.reload()
    await expect_state(page, "idle")
    await expect(page.locator(".notice")).to_have_count(0)


async def test_a_dictation_in_another_tab_is_left_alone(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    page = await open_page(server.url, hears=speech(human_recordings, tmp_path, "goforward"))
    await start_speaking(page)
    other = await page.context.new_page()
    await other.goto(server.url)
    await expect_state(other, "idle")
    await other.wait_for_timeout(1500)  # longer than it waits for the dictation to be over
    await expect(other.locator(".notice")).to_have_count(0)
    await expect_state(page, "listening")
