"""Languages, words and shortcuts that a person chooses."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.listening import listen
from tests.e2e.page.scripted_server import ScriptedServer


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
