"""What a browser needs to install the page, from whatever path it is served."""

import json
import struct
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from scripts.draw_icons import icons
from tests.conftest import HumanRecording
from tests.e2e.conftest import OpenPage, StartServer
from tests.e2e.page.reverse_proxy import ReverseProxy
from tests.e2e.page.scripted_server import WEB, ScriptedServer

PREFIX = "/some/prefix/"


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_browser_finds_nothing_missing_to_install_it(
    server: ScriptedServer, open_page: OpenPage, language: str
) -> None:
    page = await open_page(server.url, locale=language)
    devtools = await page.context.new_cdp_session(page)
    found = await devtools.send("Page.getAppManifest")
    assert found["url"].endswith(f"manifest.{language}.webmanifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["lang"] == language
    problems = await devtools.send("Page.getInstallabilityErrors")
    # The tests' windows keep nothing after them, and nothing can be installed into such.
    assert {error["errorId"] for error in problems["installabilityErrors"]} <= {"in-incognito"}


@pytest.mark.parametrize("name", sorted(icons()))
def test_an_icon_is_the_one_that_is_drawn(name: str) -> None:
    content = (WEB / "icons" / name).read_bytes()
    assert content == icons()[name]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_manifests_icons_have_the_sizes_that_it_says(language: str) -> None:
    manifest = json.loads((WEB / f"manifest.{language}.webmanifest").read_text())
    drawn = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert {(icon["sizes"], icon["purpose"]) for icon in drawn} == {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }
    for icon in drawn:
        size = struct.unpack(">II", (WEB / icon["src"]).read_bytes()[16:24])
        assert icon["sizes"] == "{}x{}".format(*size)


@pytest.fixture
async def behind_a_proxy(start_server: StartServer) -> AsyncIterator[str]:
    """A real server behind a reverse proxy that takes a prefix off; the address at the proxy."""
    server = await start_server("--engine", "pocketsphinx")
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
