"""The page cuts what it shows live as the server cuts what it keeps."""

import random
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser

from tests.e2e.page.scripted_server import ScriptedServer
from vivavoz.history.text import spoken_paragraphs

SHOWN = """async (results) => {
  const { Transcript } = await import("/static/transcript.js");
  const transcript = new Transcript();
  results.forEach(([text_content, start_time, end_time], result_id) =>
    transcript.confirm({ result_id, text_content, start_time, end_time }));
  return transcript.text.split("\\n\\n");
}"""


@dataclass(frozen=True)
class Said:
    """A stretch of speech."""

    text: str
    start_s: float
    end_s: float


def speech(seed: int) -> list[Said]:
    """Segments of some words with pauses around the limit between them, some overlapping."""
    chance = random.Random(seed)
    said: list[Said] = []
    at_s = 0.0
    for number in range(60):
        words = " ".join(f"{number}.{word}" for word in range(chance.randint(1, 30)))
        until_s = at_s + chance.choice((0.5, 4.0))
        said.append(Said(words, at_s, until_s))
        at_s = until_s + chance.choice((-0.25, 0.5, 1.0, 1.75, 2.0, 2.25, 5.0))
    return said


@pytest.mark.parametrize("seed", range(5))
async def test_paragraphs_are_the_same_live_and_in_the_history(
    server: ScriptedServer, browser: Browser, seed: int
) -> None:
    said = speech(seed)
    page = await browser.new_page()
    await page.goto(f"{server.url}empty")
    shown = await page.evaluate(SHOWN, [[each.text, each.start_s, each.end_s] for each in said])
    await page.close()
    assert len(shown) > 10
    assert shown == spoken_paragraphs(said)
