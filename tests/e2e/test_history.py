"""The history on the page, before a real server that keeps it."""

import asyncio
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from docx import Document
from playwright.async_api import Locator, Page, expect

from tests.contract.dictations import dictate
from tests.e2e.conftest import OpenPage, open_store
from tests.e2e.effort import Effort
from tests.e2e.reading import expect_notice
from tests.e2e.server_process import ServerProcess
from tests.e2e.waiting import eventually
from vivavoz.history.index import add_to_index
from vivavoz.history.tables import TRANSCRIPTS

MANY = 3_000
HARBOUR = ("Dear Clara.", "The bell rang at nine.")
ERRANDS = ("Flour and lemons.", "Also coffee.")


@pytest.fixture
def server(server: ServerProcess) -> ServerProcess:
    """The server, its history holding two dictations: today's and one of 40 days ago."""
    store = open_store(server.data_dir)
    now = datetime.now(UTC)
    dictate(store, *ERRANDS, start=now - timedelta(days=40))
    dictate(store, *HARBOUR, start=now)
    store.close()
    return server


async def open_history(page: Page) -> Locator:
    """Open the history; its entries."""
    await page.click("#open-history")
    entries = page.locator(".entry")
    await expect(entries.first).to_be_visible()
    return entries


async def read(page: Page, title: str) -> Locator:
    """Open one transcript; its text."""
    await page.locator(".entry", has_text=title).click()
    await expect(page.locator(".reader h3")).to_contain_text(title)
    return page.locator(".reader .transcript")


async def test_days_are_headings_and_a_search_marks_what_it_finds(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    entries = await open_history(page)
    await expect(entries).to_have_count(2)
    await expect(page.locator(".days h3").first).to_have_text("Today")
    await page.locator(".search").press_sequentially("LEM")
    await expect(entries).to_have_count(1)
    await expect(page.locator(".snippet mark")).to_have_text("lemons")
    await read(page, "Flour")
    marked = "() => [...CSS.highlights.get('found')].map(String)"
    assert await page.evaluate(marked) == ["lemons"]
    await page.fill(".search", "nowhere to be found")
    await expect(page.locator(".history-message")).to_contain_text("Nothing was found")


async def test_a_title_is_changed_and_kept(server: ServerProcess, open_page: OpenPage) -> None:
    page = await open_page(server.url)
    await open_history(page)
    await read(page, "Flour")
    await page.click("text=Rename")
    await page.get_by_label("Title").fill("Shopping")
    await page.keyboard.press("Enter")
    await expect(page.locator(".entry strong").last).to_have_text("Shopping")
    await page.reload()
    await open_history(page)
    await expect(page.locator(".entry strong").last).to_have_text("Shopping")


async def test_a_text_is_edited_and_the_original_comes_back(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await open_history(page)
    text = await read(page, "Flour")
    original = await text.inner_text()
    await page.click("text=Edit text")
    await page.get_by_label("Text", exact=True).fill("Two lemons.\n\nNo flour.")
    await page.keyboard.press("Control+Enter")
    await expect(text.locator("p")).to_have_text(["Two lemons.", "No flour."])
    await page.reload()
    await open_history(page)
    await page.fill(".search", "no flour")
    await expect(page.locator(".entry")).to_have_count(1)
    await page.click(".entry")
    await expect(text.locator("p")).to_have_text(["Two lemons.", "No flour."])
    await page.click("text=Restore the original")
    await expect(text).to_have_text(original)
    await page.click(".reader-message >> text=Undo")
    await expect(text.locator("p")).to_have_text(["Two lemons.", "No flour."])


async def test_changes_that_were_not_saved_are_still_there(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await open_history(page)
    await read(page, "Flour")
    await page.click("text=Edit text")
    await page.get_by_label("Text", exact=True).fill("Half a sen")
    await page.locator(".entry", has_text="Clara").click()
    await expect(page.locator(".reader .transcript")).to_contain_text("bell")
    await page.locator(".entry", has_text="Flour").click()
    await expect(page.get_by_label("Text", exact=True)).to_have_value("Half a sen")
    await expect(page.locator(".reader-message")).to_contain_text("not saved")
    await page.click("text=Cancel")
    await expect(page.locator(".reader .transcript")).to_contain_text("lemons")


async def test_a_deletion_can_be_undone_after_a_reload(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    entries = await open_history(page)
    await read(page, "Flour")
    await page.click(".reader .danger")
    await expect(entries).to_have_count(1)
    await expect(page.locator(".undo")).to_contain_text("Flour")
    await page.reload()
    await open_history(page)
    await expect(entries).to_have_count(1)
    await page.click(".undo >> text=Undo")
    await expect(entries).to_have_count(2)
    await expect(page.locator(".undo")).to_be_empty()
    await page.reload()
    await open_history(page)
    await expect(entries).to_have_count(2)
    await expect(page.locator(".undo")).to_be_empty()


async def test_a_transcript_is_downloaded_in_every_format(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url, accept_downloads=True)
    await open_history(page)
    await read(page, "Clara")
    for form in ("txt", "docx", "srt", "vtt", "json"):
        async with page.expect_download() as downloading:
            await page.click(f".downloads a:text-is('{form.upper()}')")
        download = await downloading.value
        assert download.suggested_filename.endswith(f".{form}")
        content = await asyncio.to_thread(Path(await download.path()).read_bytes)
        assert "The bell rang at nine." in _text_in(content, form)


def _text_in(content: bytes, form: str) -> str:
    if form == "docx":
        return " ".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
    text = content.decode()
    return str(json.loads(text)["text"]) if form == "json" else text


async def test_several_are_downloaded_and_deleted_together(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url, accept_downloads=True)
    entries = await open_history(page)
    await page.click("text=Select")
    await entries.first.press("Space")
    await expect(page.locator(".selection-head")).to_contain_text("1 selected")
    await page.click("text=Select all")
    await expect(page.locator("[aria-pressed=true]")).to_have_count(2)
    await page.locator(".selection select").select_option("vtt")
    async with page.expect_download() as downloading:
        await page.click(".selection >> text=Download")
    with zipfile.ZipFile(await (await downloading.value).path()) as archive:
        assert len(archive.namelist()) == 2
        assert all(name.endswith(".vtt") for name in archive.namelist())
    await page.click(".selection >> text=Delete")
    await expect(entries).to_have_count(0)
    await expect(page.locator(".undo")).to_contain_text("2 dictations deleted")
    await page.click("text=Undo")
    await expect(entries).to_have_count(2)


async def test_a_word_tells_its_time_and_gives_a_link_to_it(
    server: ServerProcess, open_page: OpenPage
) -> None:
    permissions = ["microphone", "clipboard-read", "clipboard-write"]
    page = await open_page(server.url, permissions=permissions)
    await open_history(page)
    await read(page, "Clara")
    await page.click("[data-word] >> text=bell")
    moment = page.locator(".moment")
    await expect(moment.get_by_role("status")).to_have_text("“bell” at 0:02.2")
    await page.locator(".transcript[tabindex]").press("ArrowRight")
    await expect(moment.get_by_role("status")).to_have_text("“rang” at 0:02.4")
    await moment.locator("text=Copy link").click()
    await expect(moment).to_contain_text("Copied")
    link = await page.evaluate("() => navigator.clipboard.readText()")
    other = await page.context.new_page()
    await other.goto(link)
    await expect(other.locator(".is-chosen")).to_have_text("rang")
    await other.keyboard.press("Escape")
    await expect(other.locator("#history")).to_be_hidden()
    await eventually(lambda: "#" not in other.url)


async def test_a_history_that_cannot_be_loaded_now_can_be_opened_later(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.context.set_offline(True)
    await page.click("#open-history")
    await expect_notice(page, "The server does not answer")
    await page.context.set_offline(False)
    await open_history(page)
    await page.context.set_offline(True)
    await page.locator(".search").press_sequentially("lem")
    await expect(page.locator(".history-message")).to_contain_text("could not be read")
    await page.context.set_offline(False)
    await page.click("text=Try again")
    await expect(page.locator(".entry")).to_have_count(1)


def multiply(data_dir: Path, total: int) -> None:
    """Add copies of the newest transcript until there are so many, each 5 hours older than the one
    before and every hundredth about harbours; nothing but what lists and searches read."""
    engine = sa.create_engine(f"sqlite:///{data_dir / 'vivavoz.db'}")
    with engine.begin() as connection:
        *before, newest = connection.execute(sa.select(TRANSCRIPTS)).mappings().all()
        for number in range(len(before) + 1, total):
            title = f"Dictation {number} about {'harbours' if number % 100 == 7 else 'boats'}."
            copy = {
                "id": uuid4(),
                "number": newest["number"] + number,
                "title": title,
                "text": f"{title} " * 20,
                "started_at": newest["started_at"] - timedelta(hours=5 * number),
                "file_name": f"transcripcion_20000101_{number:06}.txt",
            }
            connection.execute(sa.insert(TRANSCRIPTS).values({**newest, **copy}))
            add_to_index(connection, copy["number"], title)
    engine.dispose()


async def test_of_thousands_of_transcripts_only_a_few_are_on_the_page(
    server: ServerProcess, open_page: OpenPage
) -> None:
    multiply(server.data_dir, MANY)
    page = await open_page(server.url)
    entries = page.locator(".entry")

    await page.click("#open-history")
    await expect(entries.first).to_be_visible()
    await expect(page.locator(".history-message")).to_have_text("3,000 dictations")
    assert await entries.count() <= 150

    await page.locator(".search").press_sequentially("harb")
    await expect(page.locator(".history-message")).to_have_text("30 dictations")
    await page.fill(".search", "")
    await expect(page.locator(".history-message")).to_have_text("3,000 dictations")

    effort = await Effort.begin(page)
    frames = await page.evaluate(SCROLL_TO_END, MANY)
    assert await effort.spent_ms() / frames < 60
    await expect(entries.last).to_contain_text(re.compile(r"Dictation 2999 "))

    await page.click("text=Select")
    await page.click("text=Select all")
    await expect(page.locator(".selection-head")).to_contain_text("3,000 selected")
    await page.click(".selection >> text=Delete")
    await expect(page.locator(".history-message")).to_contain_text("will be here")
    await page.click("text=Undo")
    await expect(page.locator(".history-message")).to_have_text("3,000 dictations")


SCROLL_TO_END = """async (total) => {
  const list = document.querySelector(".history-scroll");
  let frames = 0;
  while (list.querySelectorAll(".entry").length < total) {
    list.scrollTop += 3000;
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return frames;
}"""
