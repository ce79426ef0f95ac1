"""Speaking to the page, and what comes of it."""

import re
from pathlib import Path

import jiwer
from playwright.async_api import Locator, Page, expect

from tests.conftest import HumanRecording
from tests.e2e.microphone import write_microphone

PASSAGES = ("goforward", "librivox-0870", "librivox-0880")
MAX_WORD_ERROR_RATE = 0.35
"""Measured on these passages: 0.235 in each of eleven runs, four of them disturbed."""
SPEECH_TIMEOUT_MS = 20_000

Recordings = dict[str, HumanRecording]


def speech(recordings: Recordings, target: Path, *names: str) -> Path:
    """A microphone that hears these recordings, a pause after each."""
    parts: list[Path | float] = [0.5]
    for name in names:
        parts += [recordings[name].path, 1.5]
    return write_microphone(target / "microphone.wav", *parts)


async def start_speaking(page: Page) -> None:
    """Press the button; return when the first passage is confirmed text."""
    await page.click("#record")
    await expect(confirmed(page).first).to_contain_text("forward", timeout=SPEECH_TIMEOUT_MS)


async def hear_out(page: Page, recordings: Recordings) -> None:
    """Wait as long as all passages take."""
    seconds = sum(recordings[name].duration_s + 1.5 for name in PASSAGES)
    await page.wait_for_timeout(1000 * seconds)


async def expect_state(page: Page, state: str, timeout_ms: int = SPEECH_TIMEOUT_MS) -> None:
    """Wait until the page says that it is in that state."""
    await expect(page.locator(f"html[data-state={state}]")).to_be_attached(timeout=timeout_ms)


def confirmed(page: Page) -> Locator:
    """A paragraph that holds confirmed text."""
    return page.locator("#transcript p").filter(has_not=page.locator(".partial:only-child"))


async def finish(page: Page) -> str:
    """Finish; return the text on the page."""
    await page.click("#finish")
    await expect_state(page, "finished")
    await expect(page.locator(".partial")).to_have_count(0)
    return await page.locator("#transcript").inner_text()


def words_of(text: str) -> list[str]:
    """The words without case or punctuation."""
    return re.findall(r"[^\W\d_]+(?:'\w+)?", text.lower())


def assert_is_whole(text: str, recordings: Recordings) -> None:
    """All passages are in the text, none of them twice."""
    spoken = " ".join(recordings[name].transcript for name in PASSAGES)
    assert jiwer.wer(spoken, " ".join(words_of(text))) <= MAX_WORD_ERROR_RATE
    assert words_of(text).count("forward") == 1
