"""The page and the real server together: real Chromium hears real human speech."""

import json
import re
from pathlib import Path
from uuid import UUID

import jiwer
import pytest
from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, StartServer
from tests.e2e.microphone import write_microphone
from tests.e2e.reading import expect_notice, expect_state
from tests.e2e.server_process import ServerProcess
from tests.e2e.speaking import (
    PASSAGES,
    SPEECH_TIMEOUT_MS,
    Recordings,
    assert_is_whole,
    confirmed,
    finish,
    hear_again,
    hear_out,
    record_for,
    speech,
    start_speaking,
    words_of,
)

pytestmark = [
    pytest.mark.timeout(300),  # speech takes its time, and a busy server its own
    pytest.mark.xdist_group("dictation"),  # one microphone in real time after the other
]
MAX_FIXTURE_ERROR_RATE = 0.2
"""Measured: 0 in each of six runs; a browser on a busy machine drops sound."""


async def test_speech_becomes_partial_text_then_final_text_then_history(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    microphone = speech(human_recordings, tmp_path, *PASSAGES)
    page = await open_page(server.url, hears=microphone, accept_downloads=True)
    await page.click("#record")
    await expect_state(page, "listening")
    await expect(page.locator(".partial")).not_to_be_empty(timeout=SPEECH_TIMEOUT_MS)
    await expect(confirmed(page).first).to_be_visible(timeout=SPEECH_TIMEOUT_MS)
    await expect(page.locator("#latency-text")).to_have_text(re.compile(r"^[\d,]+ ms$"))
    await hear_out(page, human_recordings)
    text = await finish(page)

    assert_is_whole(text, human_recordings)

    await page.click("#next-step")
    reader = page.locator(".reader .transcript")
    await expect(reader).to_have_text(text, use_inner_text=True)
    async with page.expect_download() as downloading:
        await page.click(".downloads a:text-is('TXT')")
    await (await downloading.value).save_as(tmp_path / "downloaded.txt")
    assert_is_transcript_file((tmp_path / "downloaded.txt").read_text(), text)
    [kept] = server.transcript_files
    assert re.fullmatch(r"transcripcion_\d{8}_\d{6}\.txt", kept.name)
    assert_is_transcript_file(kept.read_text(), text)


async def test_what_is_said_after_a_pause_follows_what_was_said_before(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    microphone = speech(human_recordings, tmp_path, "goforward")
    page = await open_page(server.url, hears=microphone)
    await page.click("#record")
    await expect(confirmed(page).first).to_be_visible(timeout=SPEECH_TIMEOUT_MS)
    before = words_of(await confirmed(page).first.inner_text())
    await page.click("#record")
    await expect_state(page, "paused")
    clock = await page.locator("#clock").inner_text()
    await page.wait_for_timeout(1200)
    assert await page.locator("#clock").inner_text() == clock

    await page.click("#record")
    await hear_again(page)
    text = words_of(await finish(page))
    assert text[: len(before)] == before
    assert text.count("forward") == 2


async def test_a_whole_dictation_by_keyboard(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    page = await open_page(server.url, hears=speech(human_recordings, tmp_path, "goforward"))
    await expect(page.locator("#record")).to_be_enabled()
    await page.keyboard.press("Space")
    await expect_state(page, "listening")
    await expect(confirmed(page).first).to_be_visible(timeout=SPEECH_TIMEOUT_MS)
    await page.keyboard.press("Space")
    await expect_state(page, "paused")
    await page.keyboard.press("Space")
    await expect_state(page, "listening")
    await page.keyboard.press("f")
    await expect_state(page, "finished")
    await page.keyboard.press("h")
    await expect(page.locator(".entry")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reader .transcript")).to_contain_text("forward")
    await page.keyboard.press("Escape")
    await expect(page.locator("#history")).to_be_hidden()


async def test_a_dictation_without_speech_says_that_nothing_was_saved(
    server: ServerProcess, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page(server.url, hears=write_microphone(tmp_path / "quiet.wav", 30.0))
    await page.click("#record")
    await expect_notice(page, "No sound reaches")
    await finish(page)
    await expect(page.locator("#hint")).to_contain_text("No words were heard")
    assert server.transcript_files == []


async def test_the_built_in_engine_offers_its_language_only(
    server: ServerProcess, open_page: OpenPage
) -> None:
    page = await open_page(server.url, locale="es-ES")
    await expect(page.locator("#engine")).to_have_text("PocketSphinx · en-us")
    await expect(page.locator("#language option")).to_have_text(["Inglés"])


async def test_whisper_transcribes_spanish_and_english(
    start_server: StartServer, open_page: OpenPage, fixture_model: Path, tmp_path: Path
) -> None:
    server = await start_server("--engine", "whisper", "--model", str(fixture_model))
    for language, sample in (("es", "es-2"), ("en", "en-2")):
        recording = fixture_model.parent / "samples" / f"{sample}.wav"
        spoken = json.loads(recording.with_suffix(".json").read_text())
        heard = write_microphone(tmp_path / f"{language}.wav", 0.5, recording, 2.0)
        page = await open_page(server.url, hears=heard, locale=language)
        await page.locator("#language").select_option(language)
        await page.click("#record")
        await expect(page.locator(".partial")).not_to_be_empty(timeout=SPEECH_TIMEOUT_MS)
        await expect(confirmed(page).first).to_be_visible(timeout=SPEECH_TIMEOUT_MS)
        await record_for(page, 0.5 + spoken["duration"])
        said, written = words_of(spoken["text"]), words_of(await finish(page))
        assert jiwer.wer(" ".join(said), " ".join(written)) <= MAX_FIXTURE_ERROR_RATE


async def test_ten_seconds_without_a_network_lose_nothing(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    microphone = speech(human_recordings, tmp_path, *PASSAGES)
    page = await open_page(server.url, hears=microphone)
    await start_speaking(page)
    await page.context.set_offline(True)
    await expect_state(page, "reconnecting")
    await page.wait_for_timeout(8_000)
    await page.context.set_offline(False)
    await expect_state(page, "listening", SPEECH_TIMEOUT_MS)
    await hear_out(page, human_recordings)
    text = await finish(page)
    assert_is_whole(text, human_recordings)


async def test_a_server_killed_while_speaking_loses_nothing(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    microphone = speech(human_recordings, tmp_path, *PASSAGES)
    page = await open_page(server.url, hears=microphone)
    await start_speaking(page)
    await page.wait_for_timeout(2000)
    await server.kill()
    await expect_state(page, "reconnecting")
    await expect(page.locator("#hint")).to_contain_text("Keep talking")
    await server.start()
    await expect_state(page, "listening", SPEECH_TIMEOUT_MS)
    await hear_out(page, human_recordings)
    text = await finish(page)

    assert_is_whole(text, human_recordings)
    [kept] = server.transcript_files
    assert_is_transcript_file(kept.read_text(), text)


def assert_is_transcript_file(content: str, text: str) -> None:
    """The exact format that existing users' tools read."""
    parts = re.fullmatch(
        r"Transcripcion ID: ([0-9a-f-]{36})\n"
        r"Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n"
        r"\n"
        r"(\S(?:.*\S)?)\n",
        content,
    )
    assert parts is not None, content
    assert str(UUID(parts[1])) == parts[1]
    assert parts[2] == " ".join(text.split())  # the page parts it into paragraphs
