"""The page is for everyone: axe finds nothing in any state, and screen readers hear enough."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FilePayload, Page, expect

from tests.e2e.conftest import OpenPage
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
MIN_TARGET_PX = 24
FINGER_PX = 44
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SPEECH = "word by word it goes on"


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


async def listen(page: Page, server: ScriptedServer) -> None:
    """Have something said."""
    await page.click("#record")
    await expect_state(page, "listening")
    await server.final("Confirmed.")
    await server.partial("stable and moving", stable="stable", at_s=1.2)
    await server.metrics(5000)
    await expect(page.locator(".tail")).to_be_visible()
    await expect(page.locator(".notice").first).to_be_visible()


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
    await listen(page, server)
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
    await listen(page, server)
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
    await listen(page, server)
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


async def test_screen_readers_are_not_flooded(server: ScriptedServer, open_page: OpenPage) -> None:
    page = await open_page(server.url)
    await page.click("#record")
    await expect_state(page, "listening")
    await page.evaluate(
        """() => {
          window.heard = [];
          for (const region of document.querySelectorAll("[aria-live], [role=status]")) {
            new MutationObserver(() => heard.push(region.textContent.trim())).observe(
              region, { childList: true, characterData: true, subtree: true });
          }
        }"""
    )
    await page.clock.install(time=NOON)
    await page.clock.pause_at(NOON + timedelta(minutes=1))
    for second in range(20):
        for words in range(1, 6):
            await server.partial(" ".join(SPEECH.split()[:words]), at_s=float(second))
        await server.final(f"{SPEECH} {second}.", float(second))
        await server.metrics(200 + second)
        await expect(page.locator("#transcript")).to_contain_text(f"{SPEECH} {second}.")
        await page.clock.run_for(400)
    await page.clock.run_for(4000)
    await expect(page.locator("#announcer")).to_contain_text(f"{SPEECH} 19.")
    heard: list[str] = [text for text in await page.evaluate("() => heard") if text]
    assert len(heard) <= 4  # in twelve seconds
    said = re.findall(rf"{SPEECH} (\d+)\.", " ".join(heard))
    assert said == [str(second) for second in range(20)]


async def test_motion_is_reduced_for_those_who_ask(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url, reduced_motion="reduce")
    await page.click("#record")
    await expect_state(page, "listening")
    await server.partial("moving words")
    await page.wait_for_timeout(500)
    assert await page.evaluate("() => document.getAnimations().length") == 0
    assert await page.evaluate("() => record.style.getPropertyValue('--level')") == ""


async def test_the_focus_is_seen_wherever_tab_leads(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await expect(page.locator("#record")).to_be_enabled()
    reached = set()
    for _ in range(12):
        await page.keyboard.press("Tab")
        name, outline, width = await page.evaluate(
            "() => { const { outlineStyle, outlineWidth } ="
            " getComputedStyle(document.activeElement);"
            " return [document.activeElement.id, outlineStyle, parseFloat(outlineWidth)]; }"
        )
        if name:
            assert (name, outline) == (name, "solid")
            assert width >= 2
            reached.add(name)
    assert {"open-history", "open-files", "open-settings", "record", "language"} <= reached


@pytest.mark.parametrize("width", [320, 640])
async def test_everything_can_be_reached_at_200_percent(
    server: ScriptedServer, open_page: OpenPage, width: int
) -> None:
    """640 pixels are what 200% leave of 1280, 320 what 400% leave."""
    now = datetime.now(UTC)
    server.history.transcripts = [transcript("Letter", "Dear Clara. The bell rang.", now)]
    page = await open_page(server.url, viewport={"width": width, "height": 400})
    await page.click("#open-files")
    await expect(page.locator("#files")).to_be_visible()
    assert await cut_off(page) == []
    await page.keyboard.press("Escape")
    await page.click("#open-history")
    await page.click(".entry")
    await page.click("[data-word] >> nth=2")
    assert await cut_off(page) == []
    await page.locator(".reader-actions button").nth(1).click()
    assert await cut_off(page) == []


async def test_every_target_is_large_enough(server: ScriptedServer, open_page: OpenPage) -> None:
    now = datetime.now(UTC)
    server.history.transcripts = [transcript("Letter", "Dear Clara. The bell rang.", now)]
    page = await open_page(server.url, viewport={"width": 390, "height": 844}, has_touch=True)
    await page.click("#record")
    await expect_state(page, "listening")
    assert await small_targets(page) == []
    await page.click("#open-history")
    assert await small_targets(page) == []
    await page.click(".entry")
    await expect(page.locator(".reader h3")).to_be_visible()
    assert await small_targets(page) == []


async def cut_off(page: Page) -> list[str]:
    """Controls of the open dialog that stand beyond the window's sides."""
    names: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea")]
          .filter((control) => control.closest("dialog[open]") && control.checkVisibility())
          .filter((control) => !control.matches(".visually-hidden"))
          .filter((control) => {
            const { left, right } = control.getBoundingClientRect();
            return left < 0 || right > innerWidth;
          })
          .map((control) => control.ariaLabel || control.textContent)"""
    )
    return names


async def small_targets(page: Page, least_px: int = MIN_TARGET_PX) -> list[str]:
    """Visible controls smaller than that; without it, than WCAG 2.2 allows."""
    names: list[str] = await page.evaluate(
        """(least) => [...document.querySelectorAll("button, a, input, select")]
          .filter((control) => control.checkVisibility({ visibilityProperty: true }))
          .filter((control) => !control.matches(".visually-hidden, .skip"))
          .filter((control) => {
            const { width, height } = control.getBoundingClientRect();
            return width < least || height < least;
          })
          .map((control) => control.outerHTML)""",
        least_px,
    )
    return names


async def test_whoever_is_asked_for_a_key_may_type_it_at_once(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page, server)
    await server.fail("UNAUTHORIZED", 4401)
    await expect(page.locator("#sign-in input")).to_be_focused()


async def test_fingers_have_room_on_a_phone(server: ScriptedServer, open_page: OpenPage) -> None:
    server.asks_for_key = True
    page = await open_page(server.url, viewport={"width": 360, "height": 740})
    await page.fill("#sign-in input", "vv_key")
    await page.keyboard.press("Enter")
    await expect(page.locator("#account")).to_be_visible()
    await listen(page, server)
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert await small_targets(page, FINGER_PX) == []
