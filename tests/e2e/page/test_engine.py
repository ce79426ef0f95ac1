"""What the page says of the server's engine, and that nobody can dictate without one."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.scripted_server import BUILT_IN, WHISPER, ScriptedServer, ready
from tests.e2e.reading import expect_notice, expect_state

ABSENT: dict[str, Any] = ready(WHISPER) | {"engine": None}
DOWNLOAD = {"stage": "downloading", "bytes_done": 30_000_000, "bytes_total": 120_000_000}
FAILURE = {"code": "MODEL_NOT_AVAILABLE", "message": "Name another model."}


@dataclass(frozen=True)
class Situation:
    """What the server answers, and what the page makes of it in English and Spanish."""

    status: dict[str, Any]
    state: str
    titles: tuple[str, str]
    hints: tuple[str, str]
    notices: tuple[str, str] | None
    refusal: int | None = None


READY = ("Ready", "Listo"), ("Everything stays on this", "Todo se queda en este")
SITUATIONS = {
    "ready": Situation(ready(WHISPER), "idle", *READY, notices=None),
    "built-in": Situation(
        ready(BUILT_IN | {"fallback_reason": "The hub did not answer."}),
        "idle",
        *READY,
        notices=("understands English only", "solo entiende inglés"),
    ),
    "loading": Situation(
        ABSENT | {"status": "loading"},
        "loading",
        ("Getting ready", "Preparándose"),
        ("as soon as the model is ready", "en cuanto el modelo esté listo"),
        ("The speech model is loading", "Se está cargando el modelo"),
    ),
    "downloading": Situation(
        ABSENT | {"status": "loading", "progress": DOWNLOAD},
        "loading",
        ("Getting ready", "Preparándose"),
        ("as soon as the model is ready", "en cuanto el modelo esté listo"),
        ("30 of 120 MB", "30 de 120 MB"),
    ),
    "failed": Situation(
        ABSENT | {"status": "failed", "error": FAILURE},
        "unable",
        ("No speech model", "Sin modelo de voz"),
        ("once the server has one", "cuando el servidor tenga uno"),
        ("could not be loaded. Name another model.", "No se pudo cargar el modelo"),
    ),
    "away": Situation(
        ABSENT,
        "away",
        ("Server unreachable", "Servidor inaccesible"),
        ("when it is back", "cuando vuelva"),
        ("does not answer", "no responde"),
        refusal=503,
    ),
}


async def expect_situation(page: Page, situation: Situation, language: int) -> None:
    """The page's parts agree; ``language`` is 0 for English, 1 for Spanish."""
    await expect_state(page, situation.state)
    await expect(page.locator("#state")).to_have_text(situation.titles[language])
    await expect(page.locator("#hint")).to_contain_text(situation.hints[language])
    if situation.notices is None:
        await expect(page.locator(".notice")).to_have_count(0)
    else:
        await expect(page.locator(".notice")).to_have_count(1)
        await expect_notice(page, situation.notices[language])
    if situation.state == "idle":
        await expect(page.locator("#record")).to_be_enabled()
    else:
        await expect(page.locator("#record")).to_be_disabled()


@pytest.mark.parametrize("language", [0, 1], ids=["en", "es"])
@pytest.mark.parametrize("name", SITUATIONS)
async def test_control_status_and_notice_agree(
    server: ScriptedServer, open_page: OpenPage, name: str, language: int
) -> None:
    situation = SITUATIONS[name]
    server.status, server.refusal = situation.status, situation.refusal
    page = await open_page(server.url, locale=("en-GB", "es-ES")[language])
    await expect_situation(page, situation, language)


@pytest.mark.parametrize("name", ["downloading", "failed", "away"])
async def test_nothing_begins_without_an_engine_and_all_is_well_once_it_is_there(
    server: ScriptedServer, open_page: OpenPage, name: str
) -> None:
    situation = SITUATIONS[name]
    server.status, server.refusal = situation.status, situation.refusal
    page = await open_page(server.url)
    await expect_situation(page, situation, 0)
    await page.keyboard.press("Space")
    await expect(page.locator("#record")).to_be_disabled()
    assert server.connections == []
    server.status, server.refusal = ready(WHISPER), None
    await expect_situation(page, SITUATIONS["ready"], 0)
    await expect(page.locator("#engine")).to_have_text("Whisper · base")
    await page.keyboard.press("Space")
    await expect_state(page, "listening")


async def test_a_download_shows_how_far_it_is(server: ScriptedServer, open_page: OpenPage) -> None:
    server.status = SITUATIONS["downloading"].status
    page = await open_page(server.url)
    await expect(page.locator(".notice progress")).to_have_js_property("value", 0.25)
    server.status = server.status | {"progress": DOWNLOAD | {"bytes_done": 60_000_000}}
    await expect(page.locator(".notice progress")).to_have_js_property("value", 0.5)


async def test_who_dismissed_the_word_about_the_built_in_engine_is_not_told_again(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    server.status = SITUATIONS["built-in"].status
    page = await open_page(server.url)
    await page.locator(".notice").get_by_role("button", name="Dismiss").click()
    await expect(page.locator(".notice")).to_have_count(0)
    await page.reload()
    await expect_state(page, "idle")
    await expect(page.locator(".notice")).to_have_count(0)
    server.status = ready(WHISPER)  # somebody put a model in its place, and took it away again
    await page.reload()
    await expect_state(page, "idle")
    server.status = SITUATIONS["built-in"].status
    await page.reload()
    await expect(page.locator(".notice")).to_have_count(1)
