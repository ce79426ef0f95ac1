"""The page is for everyone: axe finds nothing in any state."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FilePayload, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.listening import listen_and_hear
from tests.e2e.page.scripted_files import ScriptedFiles
from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import BUILT_IN, ScriptedServer, ready
from tests.e2e.reading import expect_state
from tests.e2e.waiting import eventually

AXE_SOURCE = Axe().axe_script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: list[dict[str, Any]] = [
    {"locale": "en-GB", "color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    {"locale": "es-ES", "color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    {"locale": "es-ES", "color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
]


async def violations(page: Page) -> list[str]:
    """What axe finds: the rule and where it is broken."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE_SOURCE)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, [*look.values()][:2])))
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    look: dict[str, Any] = request.param
    return look


async def test_axe_finds_nothing_while_dictating(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    server.status = ready(BUILT_IN | {"fallback_reason": "No model could be had."})
    page = await open_page(server.url, **look)
    await expect(page.locator("#record")).to_be_enabled()
    assert await violations(page) == []
    await listen_and_hear(page, server)
    assert await violations(page) == []
    await page.click("#record")
    await expect_state(page, "paused")
    assert await violations(page) == []
    server.refusal = 503
    await server.drop()
    await expect_state(page, "reconnecting")
    assert await violations(page) == []


async def test_axe_finds_nothing_when_it_is_over(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    page = await open_page(server.url, **look)
    await listen_and_hear(page, server)
    await page.click("#finish")
    await expect_state(page, "finishing")
    assert await violations(page) == []
    await server.complete()
    await expect_state(page, "finished")
    assert await violations(page) == []
    server.session_status = "connected"
    await page.click("#record")
    await expect_state(page, "listening")
    await server.fail("INTERNAL_ERROR", 4400)
    await expect_state(page, "failed")
    assert await violations(page) == []


async def test_axe_finds_nothing_before_the_first_word(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    server.asks_for_key = True
    progress = {"stage": "downloading", "bytes_done": 30_000_000, "bytes_total": 120_000_000}
    server.status |= {"status": "loading", "engine": None, "progress": progress}
    page = await open_page(server.url, **look)
    await expect(page.locator("#sign-in")).to_be_visible()
    assert await violations(page) == []
    key = page.locator("#sign-in input")
    await key.fill("wrong")
    await key.press("Enter")
    await expect(page.locator("#sign-in .problem")).not_to_be_empty()
    assert await violations(page) == []
    await key.fill("vv_key")
    await key.press("Enter")
    await expect(page.locator("#sign-in")).to_have_count(0)
    await expect(page.locator(".notice progress")).to_be_visible()
    await expect_state(page, "loading")
    assert await violations(page) == []
    error = {"code": "MODEL_FAILED", "message": "The hub did not answer."}
    server.status |= {"status": "failed", "progress": None, "error": error}
    await expect(page.locator(".notice.is-bad")).to_be_visible()
    assert await violations(page) == []


async def test_axe_finds_nothing_while_the_server_is_away_for_long(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    page = await open_page(server.url, **look)
    await listen_and_hear(page, server)
    server.refusal = 503
    await server.drop()
    await expect_state(page, "reconnecting")
    await eventually(lambda: hurry(page))
    assert await violations(page) == []
    await page.click("#finish")
    await expect(page.locator(".notice .action").first).to_be_visible()
    waiting = {"en-GB": "Waiting for the server", "es-ES": "Esperando al servidor"}
    await expect(page.locator("#state")).to_have_text(waiting[look["locale"]])
    assert await violations(page) == []


async def hurry(page: Page) -> bool:
    """Have it tried again at once; whether all attempts have been in vain."""
    await page.evaluate("() => document.getElementById('next-step').click()")
    return bool(await page.locator("html[data-state=blocked]").count())


async def test_axe_finds_nothing_in_the_dialogs(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    page = await open_page(server.url, **look)
    for opener, dialog in (("#open-settings", "#settings"), ("#open-help", "#help")):
        await page.click(opener)
        await expect(page.locator(dialog)).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")


async def test_axe_finds_nothing_in_the_history(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    page = await open_page(server.url, **look)
    await page.click("#open-history")
    await expect(page.locator(".history-message.is-empty")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")

    now = datetime.now(UTC)
    server.history.transcripts = [
        transcript("Letter", "Dear Clara. The bell rang.", now, edited_at=now.isoformat()),
        transcript("Errands", "Flour and lemons. A bell. Coffee. Tea. Bread.", now - timedelta(1)),
    ]
    await page.click("#open-history")
    await page.fill(".search", "bell")
    await expect(page.locator(".entry mark").first).to_be_visible()
    assert await violations(page) == []
    await page.click(".entry >> nth=1")
    await page.click("[data-word] >> nth=2")
    await expect(page.locator(".moment")).to_be_visible()
    assert await violations(page) == []
    await page.locator(".reader-actions button").nth(1).click()
    await expect(page.locator(".edit textarea")).to_be_focused()
    assert await violations(page) == []
    await page.locator(".editor-actions .quiet").click()
    await page.locator(".reader-actions button").nth(2).click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.click(".reader .danger")
    await expect(page.locator(".undo button").first).to_be_visible()
    assert await violations(page) == []
    await page.click(".select")
    await page.click(".entry")
    assert await violations(page) == []


async def test_axe_finds_nothing_in_the_files(
    server: ScriptedServer, open_page: OpenPage, look: dict[str, Any]
) -> None:
    server.files = ScriptedFiles()
    page = await open_page(server.url, **look)
    await page.click("#open-files")
    assert await violations(page) == []
    names = ("done.wav", "running.wav", "waiting.wav")
    recordings: list[FilePayload] = [
        {"name": name, "mimeType": "audio/wav", "buffer": b"0"} for name in names
    ]
    await page.locator("#files input[type=file]").set_input_files(recordings)
    done = {"type": "transcript.text.done", "text": "All of it.", "transcript_id": "1"}
    server.files.events.put_nowait(done)
    server.files.events.put_nowait({"type": "progress", "audio_s": 2.0, "duration_s": 64.0})
    server.files.events.put_nowait({"type": "transcript.text.delta", "delta": "First words "})
    await expect(page.locator(".job-text")).to_have_count(3)
    await expect(page.locator(".job", has_text="running.wav")).to_contain_text("First words")
    assert await violations(page) == []
    error = {"code": "INVALID_FORMAT", "message": ""}
    server.files.events.put_nowait({"type": "error", "error": error})
    await expect(page.locator(".job.is-bad")).to_be_visible()
    assert await violations(page) == []
