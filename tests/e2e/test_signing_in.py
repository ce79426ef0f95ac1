"""Signing in on the page of a real server that asks for keys."""

import asyncio
import sys
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage, StartServer
from tests.e2e.reading import expect_state
from tests.e2e.server_process import ServerProcess
from tests.e2e.speaking import (
    PASSAGES,
    Recordings,
    assert_is_whole,
    finish,
    hear_out,
    speech,
    start_speaking,
)

SERVER = ("--engine", "pocketsphinx", "--auth")


async def keys(server: ServerProcess, *arguments: str) -> str:
    """What ``vivavoz keys`` prints on its standard output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vivavoz", "keys", *arguments),
        *("--data-dir", str(server.data_dir)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    return printed.decode()


async def make_key(server: ServerProcess, user: str) -> str:
    """A new API key of that user."""
    return (await keys(server, "add", user)).strip()


async def revoke_key(server: ServerProcess, user: str) -> None:
    """Make the only key of that user worthless."""
    [row] = [line for line in (await keys(server, "list")).splitlines() if user in line]
    await keys(server, "revoke", row.split()[0])


async def sign_in(page: Page, key: str) -> None:
    """Fill the form in and send it."""
    await page.get_by_label("API key").fill(key)
    await page.keyboard.press("Enter")


async def test_a_key_opens_the_page_and_is_kept_nowhere(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = await start_server(*SERVER)
    key = await make_key(server, "ana")
    page = await open_page(server.url)
    form, problem = page.locator("#sign-in"), page.locator("#sign-in .problem")
    await expect(form).to_be_visible()
    await expect(page.locator("#engine")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(form).to_be_visible()

    await sign_in(page, key * 4)
    await expect(problem).to_have_text(
        "That is not a key. Copy the whole of it; it begins with vv_."
    )
    await sign_in(page, key[:-2])
    await expect(problem).to_have_text("This key is wrong or has been revoked.")
    await sign_in(page, key)
    await expect(form).to_have_count(0)
    await expect(page.locator("#account")).to_contain_text("ana")
    await expect(page.locator("#engine")).to_have_text("PocketSphinx · en-us")
    await page.click("#open-history")
    await expect(page.locator(".history-message")).to_contain_text("will be here")
    await page.keyboard.press("Escape")
    kept = await page.evaluate(
        "() => JSON.stringify([localStorage, sessionStorage, document.cookie,"
        " document.documentElement.outerHTML])"
    )
    assert key not in kept

    await page.reload()
    await expect(page.locator("#account")).to_contain_text("ana")
    await page.click("#switch-language")
    await page.get_by_role("button", name="Cerrar sesión").click()
    await expect(page.locator("#sign-in")).to_be_visible()
    await expect(page.get_by_label("Clave de API")).to_be_empty()


async def test_who_is_not_asked_is_told_nothing_of_keys(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await expect(page.locator("#engine")).to_be_visible()
    await expect(page.locator("#account, #sign-in")).to_have_count(0)


@pytest.mark.chaos
async def test_a_key_revoked_while_speaking_costs_no_word(
    start_server: StartServer, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    server = await start_server(*SERVER, VIVAVOZ_TOKEN_TTL_S="3")
    first = await make_key(server, "ana")
    microphone = speech(human_recordings, tmp_path, *PASSAGES)
    page = await open_page(server.url, hears=microphone)
    await sign_in(page, first)
    await expect(page.locator("#sign-in")).to_have_count(0)
    await page.wait_for_timeout(4000)  # longer than a token lives that is not renewed
    await start_speaking(page)

    await revoke_key(server, "ana")
    await expect(page.locator("#sign-in")).to_be_visible(timeout=15_000)
    await page.context.set_offline(True)
    await expect_state(page, "reconnecting")
    await page.context.set_offline(False)
    await expect_state(page, "locked")
    await sign_in(page, await make_key(server, "ana"))
    await expect_state(page, "listening")
    await hear_out(page, human_recordings)
    assert_is_whole(await finish(page), human_recordings)
    assert len(server.transcript_files) == 1


async def test_a_request_that_was_refused_is_repeated_once_somebody_has_signed_in(
    start_server: StartServer, open_page: OpenPage
) -> None:
    server = await start_server(*SERVER)
    page = await open_page(server.url)
    await sign_in(page, await make_key(server, "ana"))
    await expect(page.locator("#engine")).to_be_visible()  # the last that a new page asks for
    await page.context.clear_cookies()
    await page.click("#open-history")
    await expect(page.locator("#sign-in")).to_be_visible()
    await sign_in(page, await make_key(server, "ana"))
    await expect(page.locator(".history-message")).to_contain_text("will be here")
