"""What holds for every visit: readable at any size, below any path, with little to load."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.listening import listen
from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import WEB, ScriptedServer
from tests.e2e.reading import expect_state

MAX_VISIT_BYTES = 94_000
UNREADABLE = Path(__file__).with_name("contrast.js").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_has_enough_contrast_and_every_control_a_name(
    server: ScriptedServer, open_page: OpenPage, scheme: str
) -> None:
    server.history.transcripts = [
        transcript("Letter", "Dear Clara. The bell rang.", datetime.now(UTC))
    ]
    page = await open_page(server.url, color_scheme=scheme)
    await expect(page.locator("#state")).to_have_text("Ready")
    assert await page.evaluate(UNREADABLE) == []
    await listen(page)
    await server.final("Confirmed.")
    await server.partial("stable and moving", stable="stable", at_s=1.2)
    await server.metrics(5000)
    await expect(page.locator(".tail")).to_be_visible()
    await expect(page.locator(".notice")).to_be_visible()
    assert await page.evaluate(UNREADABLE) == []
    server.refusal = 503
    await server.drop()
    await expect_state(page, "reconnecting")
    assert await page.evaluate(UNREADABLE) == []
    for opener in ("#open-history", "#open-settings", "#open-help"):
        await page.click(opener)
        await expect(page.locator("dialog[open]")).to_be_visible()
        if opener == "#open-history":
            await page.click(".entry")
            await expect(page.locator(".reader h3")).to_be_visible()
        assert await page.evaluate(UNREADABLE) == []
        await page.keyboard.press("Escape")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (640, 400), (1280, 800)])
async def test_nothing_is_cut_off_at_any_size(
    server: ScriptedServer, open_page: OpenPage, width: int, height: int
) -> None:
    page = await open_page(server.url, viewport={"width": width, "height": height})
    await listen(page)
    await server.final("Confirmed text of some length. " * 30)
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
    for control in ("#record", "#finish", "#copy", "#open-help"):
        box = await page.locator(control).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


async def test_the_page_works_below_any_path(open_page: OpenPage) -> None:
    async with ScriptedServer().running(prefix="/deep/below/") as server:
        page = await open_page(server.url)
        await listen(page)
        await page.click("#open-history")
        await expect(page.locator(".history-message")).to_contain_text("will be here")


async def test_a_visit_loads_little(server: ScriptedServer, open_page: OpenPage) -> None:
    page = await open_page(server.url)
    await expect(page.locator("#record")).to_be_enabled()
    loaded = await page.evaluate(
        "() => performance.getEntriesByType('resource').map(({ name }) => name)"
    )
    files = {WEB / name.split("/static/")[1].split("#")[0] for name in loaded if "/static/" in name}
    assert sum(path.stat().st_size for path in {*files, WEB / "index.html"}) < MAX_VISIT_BYTES
