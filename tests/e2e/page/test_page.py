"""What the page shows and says, state by state."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import (
    WEB,
    ScriptedServer,
)
from tests.e2e.page.update_times import median_update_ms
from tests.e2e.permissions import forbid_microphone
from tests.e2e.reading import expect_notice, expect_state
from tests.e2e.waiting import eventually

MAX_VISIT_BYTES = 94_000
DENY_MICROPHONE = (
    "() => { navigator.mediaDevices.getUserMedia = () =>"
    " Promise.reject(new DOMException('', 'NotAllowedError')); }"
)


async def listen(page: Page) -> None:
    """Start a dictation."""
    await page.click("#record")
    await expect_state(page, "listening")


# --- text -----------------------------------------------------------------------------------------


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


# --- state ----------------------------------------------------------------------------------------


async def test_a_lost_connection_is_told_with_attempt_countdown_and_a_way_to_hurry(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    server.refusal = 503
    await server.drop()
    await expect_state(page, "reconnecting")
    await expect(page.locator("#hint")).to_contain_text("Attempt 3 of 5, again in 4 s")
    server.refusal = None
    await page.click("#next-step")
    await expect_state(page, "listening")
    await expect_notice(page, "Connected again")


async def test_icons_are_drawn_while_the_network_is_away(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await page.context.set_offline(True)
    await page.click("#record")
    await expect(page.locator("#record")).to_have_accessible_name("Continue")
    icon = page.locator("#record svg")
    assert await icon.evaluate("(icon) => icon.getBBox().width") > 0


async def test_latency_is_shown_and_warned_of_above_what_the_server_names(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    server.limits["latency_warning_ms"] = 5000
    page = await open_page(server.url)
    await listen(page)
    await server.metrics(4900)
    await expect(page.locator("#latency-text")).to_have_text("4,900 ms")
    await expect(page.locator("#latency.is-high")).to_have_count(0)
    await expect(page.locator(".notice")).to_have_count(0)
    await server.metrics(5100)
    await expect(page.locator("#latency.is-high")).to_be_visible()
    await expect_notice(page, "5 s behind your voice")
    await server.metrics(200)
    await expect(page.locator(".notice")).to_have_count(0)


async def test_a_refused_microphone_is_told_in_words(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.evaluate(DENY_MICROPHONE)
    await page.click("#record")
    await expect_state(page, "unheard")
    await expect_notice(page, "does not let this page use the micro")
    assert server.connections == []


async def test_a_microphone_that_is_taken_away_pauses_the_dictation(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await forbid_microphone(page)
    await expect_notice(page, "may no longer use the microphone")
    await eventually(lambda: server.events[-1][0] == "pause_recording")
    await page.context.clear_permissions()
    await page.context.grant_permissions(["microphone"])
    await page.click("#record")
    await expect_state(page, "listening")
    await expect(page.locator(".notice", has_text="microphone")).to_have_count(0)
    assert [name for name, _ in server.events] == [
        "start_recording",
        "pause_recording",
        "resume_recording",
    ]


async def test_impatient_presses_are_carried_out_one_after_another(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await page.evaluate(
        "() => { for (let press = 0; press < 4; press += 1)"
        " document.getElementById('record').click(); document.getElementById('finish').click(); }"
    )
    await eventually(lambda: server.events[-1][0] == "stop_recording")
    assert [name for name, _ in server.events] == [
        "start_recording",
        "pause_recording",
        "resume_recording",
        "pause_recording",
        "resume_recording",
        "stop_recording",
    ]


async def test_a_fatal_error_offers_the_recording(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url, accept_downloads=True)
    await listen(page)
    await eventually(lambda: server.received > 2)
    await server.fail("TOO_MANY_RECONNECTS", 4429)
    await expect_state(page, "failed")
    await expect_notice(page, "The connection broke too often")
    async with page.expect_download() as downloading:
        await page.click("text=Keep the recording")
    kept = Path(await (await downloading.value).path())
    received = b"".join(server.chunks[number] for number in range(1, server.received + 1))
    assert kept.read_bytes().startswith(received)  # noqa: ASYNC240
    await page.click("#record")
    await expect_state(page, "listening")


async def test_a_second_tab_offers_to_take_over(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    first = await open_page(server.url)
    await listen(first)
    second = await first.context.new_page()
    await second.goto(server.url)
    await second.click("#record")
    await expect_notice(second, "another tab")
    await second.click("text=Dictate here")
    await eventually(lambda: "stop_recording" in [name for name, _ in server.events])
    await expect_state(second, "listening")
    await expect_notice(first, "another tab took over")


# --- words and choices ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "word"), [("es-AR", "Listo"), ("en-US", "Ready"), ("fr", "Ready")]
)
async def test_the_page_speaks_the_browsers_language(
    server: ScriptedServer, open_page: OpenPage, locale: str, word: str
) -> None:
    page = await open_page(server.url, locale=locale)
    await expect(page.locator("#state")).to_have_text(word)


async def test_a_choice_of_language_and_theme_is_remembered(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.click("#switch-language")
    await expect(page.locator("#state")).to_have_text("Listo")
    await page.click("#open-settings")
    await page.get_by_label("Tema").select_option("dark")
    await page.reload()
    await expect(page.locator("#state")).to_have_text("Listo")
    await expect(page.locator("html[data-theme=dark][lang=es]")).to_be_attached()


async def test_the_language_spoken_and_the_words_to_recognise_reach_the_server(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.locator("#language").select_option("es")
    await page.click("#open-settings")
    await page.get_by_label("Words to recognise").fill("Vivavoz, Clara")
    await page.keyboard.press("Escape")
    await listen(page)
    _, data = server.events[0]
    assert data["language"] == "es"
    assert data["options"] == {"hotwords": "Vivavoz, Clara"}


async def test_shortcuts_can_be_switched_off_and_leave_fields_alone(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press(",")
    area = page.get_by_label("Words to recognise")
    await area.press_sequentially("a h ?")
    await expect(area).to_have_value("a h ?")
    await page.get_by_label("Single-key shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.locator("#scroller").focus()
    await page.keyboard.press("h")
    await page.wait_for_timeout(200)
    await expect(page.locator("#history")).to_be_hidden()


# --- for everyone ---------------------------------------------------------------------------------

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


async def test_what_a_forgotten_session_missed_is_uploaded_and_nothing_is_doubled(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await server.final("One two three.", 0, 1.5)
    await eventually(lambda: server.received > 2)
    await server.say("ack", received_sequence_number=3, durable_sequence_number=2, queue_size=0)
    await server.fail("SESSION_NOT_FOUND", 4404)
    await expect_state(page, "gone")
    await expect(page.locator("#hint")).to_contain_text("the rest is transcribed when you finish")
    await page.wait_for_timeout(600)
    server.hear("One two three. Four five.", 0)
    await page.click("#finish")
    await expect_state(page, "finished")
    await expect(page.locator("#transcript")).to_have_text("One two three. Four five.")
    await expect_notice(page, "rest of the recording has been transcribed")
    [upload] = server.uploads
    assert upload.startswith(b"".join(server.chunks[number] for number in (1, 2, 3)))
    await expect(page.locator("#next-step")).to_be_visible()


async def test_an_upload_that_fails_leaves_the_recording_to_keep_or_try_again(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await eventually(lambda: server.received > 2)
    await server.say("ack", received_sequence_number=3, durable_sequence_number=2, queue_size=0)
    await server.fail("SESSION_NOT_FOUND", 4404)
    await expect_state(page, "gone")
    await page.click("#finish")
    await expect_state(page, "failed")
    await expect(page.get_by_role("button", name="Keep the recording")).to_be_visible()
    server.hear("All of it.", 0)
    await page.click("text=Transcribe it now")
    await expect_state(page, "finished")
    await expect(page.locator("#transcript")).to_have_text("All of it.")
