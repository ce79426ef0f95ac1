"""The page of a real server, behind a reverse proxy that takes a prefix off."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from tests.conftest import HumanRecording
from tests.e2e.conftest import OpenPage
from tests.e2e.reverse_proxy import ReverseProxy
from tests.e2e.server_process import ServerProcess

PREFIX = "/some/prefix/"


@pytest_asyncio.fixture(loop_scope="session")
async def behind_a_proxy(server: ServerProcess) -> AsyncIterator[str]:
    """The address of the server at the proxy."""
    async with ReverseProxy(server.url, PREFIX).running() as url:
        yield url


async def test_everything_works_behind_a_proxy_with_a_prefix(
    behind_a_proxy: str, open_page: OpenPage, human_recordings: dict[str, HumanRecording]
) -> None:
    page = await open_page(
        behind_a_proxy,
        accept_downloads=True,
        permissions=["microphone", "clipboard-read", "clipboard-write"],
    )
    await page.click("#record")
    await expect(page.locator("html[data-state=listening]")).to_be_attached()
    await page.click("#finish")
    await expect(page.locator("html[data-state=finished]")).to_be_attached()
    await page.click("#open-files")
    recording = human_recordings["goforward"].path
    await page.locator("#files input[type=file]").set_input_files(recording)
    await page.locator(".job >> text=Open").click()
    await expect(page.locator(".reader .transcript")).to_contain_text("forward")
    async with page.expect_download() as downloading:
        await page.click(".downloads a:text-is('SRT')")
    assert (await downloading.value).suggested_filename.endswith(".srt")
    await page.click("[data-word] >> nth=0")
    await page.locator(".moment >> text=Copy link").click()
    link = await page.evaluate("() => navigator.clipboard.readText()")
    assert link.startswith(behind_a_proxy + "#transcript=")
