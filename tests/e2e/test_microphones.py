"""A microphone that goes while somebody is speaking: unplugged, or not allowed any longer.

Nothing is simulated: the browser itself ends the recording.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.permissions import forbid_microphone
from tests.e2e.reading import expect_notice, expect_state
from tests.e2e.server_process import ServerProcess
from tests.e2e.sound_server import SoundServer
from tests.e2e.speaking import (
    PASSAGES,
    SPEECH_TIMEOUT_MS,
    Recordings,
    confirmed,
    finish,
    hear_again,
    speech,
    start_speaking,
    words_of,
)

pytestmark = pytest.mark.timeout(300)  # speech takes its time, and a busy server its own


@pytest_asyncio.fixture(loop_scope="session")
async def sound(tmp_path: Path) -> AsyncIterator[SoundServer]:
    """A sound server with a microphone that is plugged in."""
    if missing := SoundServer.missing():
        pytest.skip(f"{', '.join(missing)} not installed: a microphone needs PulseAudio")
    sound = SoundServer(tmp_path)
    await sound.start()
    await sound.plug_in()
    yield sound
    await sound.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(
    sound: SoundServer, server: ServerProcess, chromium_path: Path
) -> AsyncIterator[Page]:
    """A page in a browser that uses the sound server's microphone."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path,
            args=["--no-sandbox", "--use-fake-ui-for-media-stream"],
            env={**sound.environment},
        )
        page = await browser.new_page(locale="en-GB", permissions=["microphone"])
        await page.goto(server.url)
        yield page
        await browser.close()


@pytest.mark.chaos
async def test_a_microphone_that_is_unplugged_pauses_and_loses_nothing(
    page: Page, sound: SoundServer, human_recordings: Recordings
) -> None:
    passage = human_recordings["goforward"].path
    await page.click("#record")
    await expect_state(page, "listening")
    await sound.speak(passage)
    await expect(confirmed(page).first).to_contain_text("forward", timeout=SPEECH_TIMEOUT_MS)
    before = words_of(await confirmed(page).first.inner_text())

    await sound.unplug()
    await expect_notice(page, "The microphone is gone")
    await expect_state(page, "unheard")
    await page.click("#record")
    await expect_notice(page, "No microphone was found")
    await expect_state(page, "unheard")

    await sound.plug_in()
    await page.click("#record")
    await expect_state(page, "listening")
    await expect(page.locator(".notice", has_text="icrophone")).to_have_count(0)
    await sound.speak(passage)
    await hear_again(page)
    text = words_of(await finish(page))
    assert text[: len(before)] == before
    assert text.count("forward") == 2


async def test_a_permission_that_is_taken_back_is_told_and_loses_nothing(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    page = await open_page(server.url, hears=speech(human_recordings, tmp_path, *PASSAGES))
    await start_speaking(page)
    await forbid_microphone(page)
    await expect_notice(page, "may no longer use the microphone")
    await expect_state(page, "unheard")
    assert "forward" in words_of(await finish(page))
