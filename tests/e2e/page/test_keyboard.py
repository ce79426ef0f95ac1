"""Everything by keyboard: after each action the focus is where one expects it, and is seen."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import WHISPER, ScriptedServer, ready
from tests.e2e.reading import expect_notice, expect_state


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def expect_focus(target: Locator) -> None:
    """It has the focus, and the focus is seen."""
    await expect(target).to_be_focused()
    assert await target.evaluate("(element) => element.matches(':focus-visible')")


def named(page: Page, name: str) -> Locator:
    """The button that is shown and called so, in the dialog that is open if there is one."""
    return page.get_by_role("button", name=name, exact=True)


async def test_a_dictation_by_its_button_alone(server: ScriptedServer, open_page: OpenPage) -> None:
    page = await open_page(server.url)
    await expect_state(page, "idle")
    record = page.locator("#record")
    await press(page, "Tab", "Enter")
    await expect_focus(record)
    for state in ("listening", "paused", "listening"):
        await expect(record).to_be_enabled()
        await press(page, "Enter")
        await expect_state(page, state)
        await expect_focus(record)
    await press(page, "Tab")
    await expect_focus(page.locator("#finish"))
    await press(page, "Enter")
    await expect_state(page, "finishing")
    await expect_focus(record)
    await server.complete()
    await expect_state(page, "finished")
    await expect_focus(record)
    await press(page, "Shift+Tab")
    await expect_focus(page.locator("#next-step"))


async def test_a_press_on_a_control_that_can_do_nothing_now_does_nothing(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.dblclick("#record")
    await expect_state(page, "listening")
    await expect(page.locator(".notice")).to_have_count(0)
    await press(page, "f")
    await expect_state(page, "finishing")
    await press(page, "Space")
    await page.locator("#record").evaluate("(record) => record.click()")
    await server.complete()
    await expect_state(page, "finished")
    assert [name for name, _ in server.events] == ["start_recording", "stop_recording"]


async def test_a_notice_that_goes_or_changes_loses_no_focus(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    progress = {"stage": "downloading", "bytes_done": 30_000_000, "bytes_total": 120_000_000}
    server.status = ready(WHISPER) | {"status": "loading", "engine": None, "progress": progress}
    page = await open_page(server.url)
    await expect_notice(page, "30 of 120 MB")
    await named(page, "Dismiss").focus()
    server.status = server.status | {"progress": progress | {"bytes_done": 60_000_000}}
    await expect_notice(page, "60 of 120 MB")
    await expect_focus(named(page, "Dismiss"))
    server.status = ready(WHISPER)
    await expect(page.locator(".notice")).to_have_count(0)
    await expect_focus(page.locator("#record"))


async def test_taking_over_another_tabs_dictation(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    first = await open_page(server.url)
    await expect_state(first, "idle")
    await press(first, "Space")
    await expect_state(first, "listening")
    page = await first.context.new_page()
    await page.goto(server.url)
    await expect_state(page, "idle")
    await press(page, "Space")
    await named(page, "Dictate here").focus()
    await press(page, "Enter")
    await expect_state(page, "listening")
    await expect_focus(page.locator("#record"))


async def test_going_to_the_newest_words(server: ScriptedServer, open_page: OpenPage) -> None:
    page = await open_page(server.url)
    await expect_state(page, "idle")
    await press(page, "Space")
    await expect_state(page, "listening")
    for index in range(60):
        await server.final(f"Sentence number {index}.", 5.0 * index, 5.0 * index + 1)
    await expect(page.locator("#transcript p")).to_have_count(60)
    await page.focus("#scroller")
    await press(page, "Home")
    await expect(page.locator("#jump")).to_be_visible()
    await page.focus("#jump")
    await press(page, "Enter")
    await expect(page.locator("#jump")).to_be_hidden()
    await expect_focus(page.locator("#scroller"))


@pytest.mark.parametrize("opener", ["#open-settings", "#open-help", "#open-history", "#open-files"])
async def test_a_dialog_gives_the_focus_back_to_what_opened_it(
    server: ScriptedServer, open_page: OpenPage, opener: str
) -> None:
    page = await open_page(server.url)
    await page.focus(opener)
    await press(page, "Enter")
    await expect(page.locator("dialog:modal :focus-visible")).to_have_count(1)
    await press(page, "Escape")
    await expect(page.locator("dialog:modal")).to_have_count(0)
    await expect_focus(page.locator(opener))


async def test_the_history(server: ScriptedServer, open_page: OpenPage) -> None:
    now = datetime.now(UTC)
    server.history.transcripts = [
        transcript(f"Note {index}", "One two. Three four.", now - timedelta(minutes=index))
        for index in range(3)
    ]
    page = await open_page(server.url)
    reader, entries = page.locator(".reader"), page.locator(".entry")
    await press(page, "h")
    await expect_focus(page.locator(".search"))
    await expect(entries).to_have_count(3)
    await press(page, "ArrowDown", "ArrowDown")
    await expect_focus(entries.nth(1))
    await press(page, "Enter")
    await expect(reader.locator("h3")).to_have_text("Note 1")
    await expect(reader).to_be_focused()

    for action in ("Rename", "Edit text"):
        await named(page, action).focus()
        await press(page, "Enter")
        await expect_focus(reader.locator("form .field"))
        await named(page, "Cancel").focus()
        await press(page, "Enter")
        await expect(reader.locator("form")).to_have_count(0)
        await expect(reader).to_be_focused()
    await named(page, "Rename").focus()
    await press(page, "Enter", "Control+a")
    await page.keyboard.type("Another name")
    await press(page, "Enter")
    await expect(reader.locator("h3")).to_have_text("Another name")
    await expect(reader).to_be_focused()

    await named(page, "Delete").focus()
    await press(page, "Enter")
    await expect_focus(named(page, "Undo"))
    await press(page, "Enter")
    await expect(entries).to_have_count(3)
    await expect_focus(entries.nth(1))

    await press(page, "Enter")
    await named(page, "Delete").focus()
    await press(page, "Enter")
    await expect_focus(named(page, "Undo"))
    await press(page, "Tab")
    await expect_focus(named(page, "Dismiss"))
    await press(page, "Enter")
    await expect_focus(page.locator(".search"))


async def test_a_search_marks_the_text_that_is_open(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    server.history.transcripts = [transcript("Note", "One two. Three four.", datetime.now(UTC))]
    page = await open_page(server.url)
    await press(page, "h")
    await page.locator(".entry").press("Enter")
    await expect(page.locator(".reader h3")).to_have_text("Note")
    await page.focus(".search")
    for query, found in (("thr", ["Three"]), ("one", ["One"]), ("zebra", [])):
        await page.fill(".search", query)
        await page.wait_for_function(
            "(found) => String([...(CSS.highlights.get('found') ?? [])]) === String(found)",
            arg=found,
        )


async def test_several_of_the_history(server: ScriptedServer, open_page: OpenPage) -> None:
    now = datetime.now(UTC)
    server.history.transcripts = [
        transcript(f"Note {index}", "One two.", now - timedelta(minutes=index))
        for index in range(3)
    ]
    page = await open_page(server.url)
    entries = page.locator(".entry")
    await press(page, "h")
    await expect(entries).to_have_count(3)
    await named(page, "Select").focus()
    await press(page, "Enter")
    await expect_focus(named(page, "Done"))
    await entries.first.focus()
    await press(page, "Enter", "ArrowDown", "Enter")
    await expect(page.locator(".entry[aria-pressed=true]")).to_have_count(2)
    await page.route("**/api/history/export", lambda route: route.abort())
    await named(page, "Download").focus()
    await press(page, "Enter")
    await expect(page.locator(".selection-head p")).to_contain_text("does not answer")
    await expect_focus(named(page, "Download"))
    await named(page, "Delete").focus()
    await press(page, "Enter")
    await expect(entries).to_have_count(1)
    await expect_focus(named(page, "Undo"))
