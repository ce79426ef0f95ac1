"""Recordings as files on the page, transcribed by a real server."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import jiwer
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.conftest import HumanRecording
from tests.e2e.conftest import OpenPage
from tests.e2e.page.scripted_files import ScriptedFiles
from tests.e2e.page.scripted_server import ScriptedServer
from tests.e2e.reading import expect_notice
from tests.e2e.server_process import ServerProcess
from tests.e2e.waiting import eventually

Recordings = dict[str, HumanRecording]
MAX_WORD_ERROR_RATE = 0.35
TIMEOUT_MS = 30_000
DROP = """async ([name, url]) => {
  const data = new DataTransfer();
  data.items.add(new File([await (await fetch(url)).blob()], name, { type: "audio/wav" }));
  for (const type of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true }));
  }
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def scripted() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer().running() as server:
        server.files = ScriptedFiles()
        yield server


@pytest.fixture
def files(scripted: ScriptedServer) -> ScriptedFiles:
    """What becomes of the files that are sent."""
    assert scripted.files is not None
    return scripted.files


async def choose(page: Page, *files: Path) -> None:
    """Choose files in the dialog."""
    await page.locator("#files input[type=file]").set_input_files(files)


def job(page: Page, name: str) -> Locator:
    """One recording in the list."""
    return page.locator(".job", has_text=name)


async def test_several_recordings_become_transcripts_one_after_another(
    server: ServerProcess, open_page: OpenPage, human_recordings: Recordings, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no sound at all")
    spoken = human_recordings["librivox-0870"]
    page = await open_page(server.url)
    await page.click("#open-files")
    await choose(page, spoken.path, broken, human_recordings["goforward"].path)
    done = job(page, spoken.path.name)
    await expect(done.locator(".job-state")).to_contain_text("In the history", timeout=TIMEOUT_MS)
    await expect(job(page, "broken.mp3")).to_contain_text("No sound could be read")
    text = await done.locator(".job-text").inner_text()
    assert jiwer.wer(spoken.transcript, text.lower()) <= MAX_WORD_ERROR_RATE
    last = job(page, human_recordings["goforward"].path.name)
    await expect(last.locator(".job-state")).to_contain_text("In the history", timeout=TIMEOUT_MS)
    await expect(page.locator("#files [role=status]")).to_contain_text("is transcribed")

    await done.get_by_text("Open").click()
    reader = page.locator(".reader .transcript")
    await expect(reader).to_have_text(text, use_inner_text=True)
    await expect(page.locator(".entry")).to_have_count(2)
    assert len(server.transcript_files) == 2


async def test_a_video_is_taken_by_its_sound(
    server: ServerProcess, open_page: OpenPage, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    shutil.copy(Path(__file__).parent.parent / "fixtures" / "media_recorder" / "opus.mp4", film)
    page = await open_page(server.url)
    await page.keyboard.press("u")
    await choose(page, film)
    state = job(page, "film.mp4").locator(".job-state")
    await expect(state).to_have_text(re.compile(r"In the history: \d+ words?"), timeout=TIMEOUT_MS)


async def test_progress_and_text_are_shown_as_they_come(
    scripted: ScriptedServer,
    files: ScriptedFiles,
    open_page: OpenPage,
    human_recordings: Recordings,
) -> None:
    path = human_recordings["goforward"].path
    page = await open_page(scripted.url)
    await page.locator("#language").select_option("es")
    await page.click("#open-files")
    await choose(page, path)
    say = files.events.put_nowait
    say({"type": "progress", "audio_s": 2.0, "duration_s": 64.0})
    await expect(job(page, path.name)).to_contain_text("Transcribing, 0:02 of 1:04")
    assert await page.locator(".job progress").evaluate("bar => bar.value") == 2 / 64
    say({"type": "transcript.text.delta", "delta": "First words "})
    await expect(page.locator(".job-text")).to_have_text("First words")
    await page.keyboard.press("Escape")
    say({"type": "transcript.text.done", "text": "First words.", "transcript_id": None})
    await expect_notice(page, "is transcribed")
    await page.click(".notice >> text=Files")
    await expect(job(page, path.name)).to_contain_text("could not be saved")
    await expect(page.locator(".job-text")).to_have_text("First words.")
    [form] = files.forms
    assert form == {"stream": "true", "language": "es", "file": path.name}


async def test_a_recording_is_cancelled_and_tried_again_by_keyboard(
    scripted: ScriptedServer,
    files: ScriptedFiles,
    open_page: OpenPage,
    human_recordings: Recordings,
) -> None:
    path = human_recordings["goforward"].path
    page = await open_page(scripted.url)
    await page.click("#open-files")
    await choose(page, path)
    say = files.events.put_nowait
    say({"type": "progress", "audio_s": 2.0, "duration_s": 64.0})
    await expect(job(page, path.name)).to_contain_text("Transcribing")
    await page.get_by_role("button", name="Cancel “").press("Enter")
    await expect(job(page, path.name)).to_contain_text("Cancelled")
    again = page.get_by_role("button", name="Try “")
    await expect(again).to_be_focused()
    await eventually(lambda: files.cancelled == 1)
    await again.press("Enter")
    say({"type": "error", "error": {"code": "RESOURCE_UNAVAILABLE", "message": "Busy."}})
    await expect(job(page, path.name)).to_contain_text("busy with other recordings")
    await again.press("Enter")
    say(502)
    await expect(job(page, path.name)).to_contain_text("Something went wrong")
    await again.press("Enter")
    say({"type": "transcript.text.done", "text": "", "transcript_id": None})
    await expect(job(page, path.name)).to_contain_text("No speech was found")


async def test_of_a_recording_that_is_too_long_the_text_so_far_can_be_copied_and_found(
    scripted: ScriptedServer,
    files: ScriptedFiles,
    open_page: OpenPage,
    human_recordings: Recordings,
) -> None:
    path = human_recordings["goforward"].path
    permissions = ["microphone", "clipboard-read", "clipboard-write"]
    page = await open_page(scripted.url, permissions=permissions)
    await page.click("#open-files")
    files.events.put_nowait({"type": "transcript.text.delta", "delta": "The first hour."})
    error = {"code": "RECORDING_TOO_LONG", "message": "", "details": {"transcript_id": "1"}}
    files.events.put_nowait({"type": "error", "error": error})
    await choose(page, path)
    await expect(job(page, path.name)).to_contain_text("Send it in parts")
    await expect(page.get_by_role("button", name="Try “")).to_have_count(0)
    await expect(page.get_by_role("button", name="Open “")).to_be_visible()
    await page.get_by_role("button", name="Copy the text of").click()
    await expect(job(page, path.name)).to_contain_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "The first hour."


async def test_a_recording_that_is_refused_is_sent_again_once_somebody_has_signed_in(
    scripted: ScriptedServer,
    files: ScriptedFiles,
    open_page: OpenPage,
    human_recordings: Recordings,
) -> None:
    path = human_recordings["goforward"].path
    page = await open_page(scripted.url)
    await page.click("#open-files")
    files.events.put_nowait(401)
    await choose(page, path)
    await page.get_by_label("API key").fill("vv_key")
    files.events.put_nowait({"type": "transcript.text.done", "text": "All.", "transcript_id": "1"})
    await page.keyboard.press("Enter")
    await expect(job(page, path.name)).to_contain_text("In the history")
    assert len(files.forms) == 2


async def test_a_file_dropped_anywhere_is_taken(
    scripted: ScriptedServer, files: ScriptedFiles, open_page: OpenPage
) -> None:
    page = await open_page(scripted.url)
    await page.evaluate(DROP, ["dropped.wav", f"{scripted.url}static/icon.svg"])
    await expect(page.locator("#files")).to_be_visible()
    await expect(job(page, "dropped.wav")).to_be_visible()
    await eventually(lambda: [form["file"] for form in files.forms] == ["dropped.wav"])
    files.events.put_nowait(503)
    await expect(job(page, "dropped.wav")).to_contain_text("Something went wrong")
