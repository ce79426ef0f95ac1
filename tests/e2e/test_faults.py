"""What goes wrong while somebody is speaking: real Chromium, the real server, real speech.

The page says what happens, and the text is whole.
"""

import re
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Page, expect

from tests.e2e.conftest import BUILT_IN, OpenPage, StartServer
from tests.e2e.reading import expect_state
from tests.e2e.server_process import ServerProcess
from tests.e2e.speaking import (
    PASSAGES,
    SPEECH_TIMEOUT_MS,
    Recordings,
    assert_is_whole,
    finish,
    hear_out,
    speech,
    start_speaking,
)

pytestmark = [
    pytest.mark.timeout(300),  # speech takes its time, and a busy server its own
    pytest.mark.xdist_group("faults in the browser"),  # one microphone in real time after the other
]


@pytest_asyncio.fixture(loop_scope="session")
async def page(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> Page:
    """A page whose microphone hears the passages."""
    return await open_page(server.url, hears=speech(human_recordings, tmp_path, *PASSAGES))


async def test_a_dictation_finished_while_reconnecting_is_whole(
    page: Page, human_recordings: Recordings
) -> None:
    await start_speaking(page)
    await page.context.set_offline(True)
    await expect_state(page, "reconnecting")
    await hear_out(page, human_recordings)
    await page.click("#finish")
    await expect(page.locator("#hint")).to_contain_text("What you said is kept in this page")
    await page.context.set_offline(False)
    await expect_state(page, "finished", SPEECH_TIMEOUT_MS)
    assert_is_whole(await page.locator("#transcript").inner_text(), human_recordings)


async def test_a_reload_while_speaking_saves_what_the_server_heard_and_says_what_is_lost(
    page: Page, server: ServerProcess
) -> None:
    await start_speaking(page)
    asked: list[str] = []

    async def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", agree)
    await page.context.set_offline(True)
    await expect_state(page, "reconnecting")
    await page.wait_for_timeout(2000)
    await page.evaluate(
        "() => { window.WebSocket = class extends EventTarget { close() {} }; }"
    )  # the page can be loaded again, but the rest of the recording does not get through
    await page.context.set_offline(False)
    await page.evaluate("() => { setTimeout(() => location.reload()); }")
    notice = page.locator(".notice").filter(has_text="while you were dictating")
    await expect(notice).to_contain_text("is in the history", timeout=SPEECH_TIMEOUT_MS)
    await expect(notice).to_contain_text(re.compile(r"The last \d+ s of the recording"))
    assert asked == ["beforeunload"]
    await notice.get_by_role("button", name="Open it in the history").click()
    await expect(page.locator(".reader .transcript")).to_contain_text("forward")
    assert len(server.transcript_files) == 1


@pytest.mark.chaos
async def test_a_server_away_for_longer_than_all_attempts_gets_the_recording_afterwards(
    page: Page, server: ServerProcess, human_recordings: Recordings
) -> None:
    await start_speaking(page)
    await server.kill()
    await expect_state(page, "blocked", 60_000)
    await expect(page.locator("#hint")).to_contain_text("transcribed when the server is back")
    await server.start()
    await expect_state(page, "listening", 60_000)
    assert_is_whole(await finish(page), human_recordings)


@pytest.mark.chaos
async def test_a_session_that_the_server_saved_meanwhile_goes_on_and_is_one_transcript(
    start_server: StartServer, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    resume_window_s = 5
    server = await start_server(*BUILT_IN, VIVAVOZ_RESUME_WINDOW_S=str(resume_window_s))
    page = await open_page(server.url, hears=speech(human_recordings, tmp_path, *PASSAGES))
    await start_speaking(page)
    await page.context.set_offline(True)
    await expect_state(page, "reconnecting")
    # Longer than the server takes to notice, and then keeps the session.
    await page.wait_for_timeout(1000 * (30 + resume_window_s))
    await page.context.set_offline(False)
    await expect_state(page, "listening", 40_000)
    assert_is_whole(await finish(page), human_recordings)
    assert len(server.transcript_files) == 1
