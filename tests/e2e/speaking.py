"""Speaking to the page, and what comes of it."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.conftest import HumanRecording
from tests.e2e.microphone import write_microphone
from tests.e2e.reading import expect_state

PASSAGES = ("goforward", "librivox-0870", "librivox-0880")
_SHORT_WORD = 4
"""Letters of words that may be heard anywhere by mistake; no longer one is spoken twice."""
_MIN_RECOGNISED = 0.4
"""Share of a passage's words. Measured: 0.5 to 0.8; a browser on a busy machine drops sound."""
SPEECH_TIMEOUT_MS = 90_000
_BEFORE_S, _BETWEEN_S = 0.5, 1.5

Recordings = dict[str, HumanRecording]


def speech(recordings: Recordings, target: Path, *names: str) -> Path:
    """A microphone that hears these recordings, a pause after each."""
    parts: list[Path | float] = [_BEFORE_S]
    for name in names:
        parts += [recordings[name].path, _BETWEEN_S]
    return write_microphone(target / "microphone.wav", *parts)


async def start_speaking(page: Page) -> None:
    """Press the button; return when the first passage is confirmed text."""
    await page.click("#record")
    await expect(confirmed(page).first).to_contain_text("forward", timeout=SPEECH_TIMEOUT_MS)


async def hear_out(page: Page, recordings: Recordings) -> None:
    """Wait until the page has recorded all passages."""
    await record_for(page, duration_s(recordings))


def duration_s(recordings: Recordings) -> float:
    """How long all passages take."""
    return _BEFORE_S + sum(recordings[name].duration_s + _BETWEEN_S for name in PASSAGES)


async def record_for(page: Page, seconds: float) -> None:
    """Wait until the page has recorded so much."""
    await page.wait_for_function(
        """(seconds) => {
          const [minutes, rest] = document.getElementById("clock").textContent.split(":");
          return 60 * minutes + 1 * rest > seconds;
        }""",
        arg=seconds,
        polling=100,
        timeout=2000 * seconds + SPEECH_TIMEOUT_MS,
    )


async def hear_again(page: Page) -> None:
    """Wait until the first passage is there for the second time: a microphone that is opened again
    begins its recording again."""
    await expect(page.locator("#transcript")).to_contain_text(
        re.compile("forward.*forward", re.DOTALL), timeout=SPEECH_TIMEOUT_MS
    )


def confirmed(page: Page) -> Locator:
    """A paragraph that holds confirmed text."""
    return page.locator("#transcript p").filter(has_not=page.locator(".partial:only-child"))


async def finish(page: Page) -> str:
    """Finish; return the text on the page."""
    await page.click("#finish")
    await expect_state(page, "finished", SPEECH_TIMEOUT_MS)
    await expect(page.locator(".partial")).to_have_count(0)
    return await page.locator("#transcript").inner_text()


def words_of(text: str) -> list[str]:
    """The words without case or punctuation."""
    return re.findall(r"[^\W\d_]+(?:'\w+)?", text.lower())


def assert_is_whole(text: str, recordings: Recordings) -> None:
    """All passages are in the text, none of them twice."""
    written = words_of(text)
    for name in PASSAGES:
        spoken = recordings[name].transcript.split()
        found = [word for word in spoken if word in written]
        assert len(found) >= _MIN_RECOGNISED * len(spoken), (name, text)
        long_words = [word for word in found if len(word) > _SHORT_WORD]
        assert [word for word in long_words if written.count(word) > 1] == [], text
