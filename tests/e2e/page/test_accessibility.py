"""The page is for everyone: screen readers hear enough, eyes and fingers have room."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.listening import listen_and_hear
from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import ScriptedServer
from tests.e2e.reading import expect_state

MIN_TARGET_PX = 24
FINGER_PX = 44
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SPEECH = "word by word it goes on"


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
    await listen_and_hear(page, server)
    await server.fail("UNAUTHORIZED", 4401)
    await expect(page.locator("#sign-in input")).to_be_focused()


async def test_fingers_have_room_on_a_phone(server: ScriptedServer, open_page: OpenPage) -> None:
    server.asks_for_key = True
    page = await open_page(server.url, viewport={"width": 360, "height": 740})
    await page.fill("#sign-in input", "vv_key")
    await page.keyboard.press("Enter")
    await expect(page.locator("#account")).to_be_visible()
    await listen_and_hear(page, server)
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert await small_targets(page, FINGER_PX) == []
