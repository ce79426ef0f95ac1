"""Text on the page while it comes."""

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.listening import listen
from tests.e2e.page.scripted_server import ScriptedServer
from tests.e2e.page.update_times import median_update_ms


async def test_partial_text_gives_way_to_final_text(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await server.partial("one two three", stable="one two")
    await expect(page.locator(".stable")).to_have_text("one two")
    await expect(page.locator(".tail")).to_have_text(" three")
    await server.final("One, two, three.", 0, 1)
    await expect(page.locator("#transcript")).to_have_text("One, two, three.")
    await expect(page.locator(".partial")).to_have_count(0)
    await server.partial("four", at_s=1.5)
    await expect(page.locator("#transcript p")).to_have_text("One, two, three. four")
    await server.partial("", at_s=1.5)
    await expect(page.locator("#transcript")).to_have_text("One, two, three.")


async def test_a_long_pause_begins_a_paragraph_with_its_time(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await server.final("Before.", 0, 1)
    await server.partial("af", at_s=65)
    await expect(page.locator("#transcript p")).to_have_count(2)
    await server.final("After.", 65, 66)
    await expect(page.locator("#transcript p")).to_have_text(["Before.", "After."])
    assert await page.locator("#transcript p").last.get_attribute("data-time") == "1:05"


async def test_screen_readers_hear_confirmed_text_only(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await server.partial("not yet sure")
    await server.final("This is certain.")
    await server.final("This too.", 1.2)
    await expect(page.locator("#announcer")).to_have_text("This is certain. This too.")
    await expect(page.locator("#announcer")).to_have_attribute("aria-live", "polite")
    assert await page.locator("#transcript").get_attribute("aria-live") is None


async def test_new_text_is_followed_unless_the_reader_scrolled_away(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    for index in range(12):
        await server.final("Many words follow one another here. " * 8, 70 * index, 70 * index + 60)
    distance = (
        "() => { const { scrollHeight, scrollTop, clientHeight } ="
        " document.getElementById('scroller'); return scrollHeight - scrollTop - clientHeight; }"
    )
    await expect(page.locator("#transcript p")).to_have_count(12)
    assert await page.evaluate(distance) < 2
    await page.evaluate("() => document.getElementById('scroller').scrollTo(0, 0)")
    await expect(page.locator("#jump")).to_be_visible()
    await server.final("Out of sight.", 900, 901)
    await expect(page.locator("#transcript p")).to_have_count(13)
    assert await page.evaluate("() => document.getElementById('scroller').scrollTop") == 0
    await page.click("#jump")
    assert await page.evaluate(distance) < 2


async def test_text_grows_without_moving_anything(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await page.wait_for_timeout(600)  # what a click moves does not count as a shift
    await page.evaluate(
        """() => {
          window.shifts = [];
          new PerformanceObserver((list) => {
            for (const { value, sources } of list.getEntries()) {
              shifts.push([value, sources.map(({ node }) => node?.id || node?.className)]);
            }
          }).observe({ type: "layout-shift" });
        }"""
    )
    for index in range(20):
        await server.partial("some words that may still change", stable="some", at_s=2.0 * index)
        await server.metrics(100 + 40 * index)
        await server.final("Some words that will not change any more.", 2.0 * index)
    await expect(page.locator("#words")).to_have_text("160 words")
    await page.wait_for_timeout(200)
    assert await page.evaluate("() => shifts") == []


async def test_an_update_with_10_000_words_on_screen_costs_hardly_more_than_with_500(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    few_ms, many_ms = await median_update_ms(page, [500, 10_000])
    assert many_ms < 3 * few_ms
