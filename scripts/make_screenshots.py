"""Photograph the page in every state: phone and desktop, light and dark, Spanish and English.

    python scripts/make_screenshots.py FOLDER [NAME ...]

The states are played by the scripted server of the page's tests, since a real one cannot be made to
lose its connection or download a model on request. NAMEs choose states; none takes all.
"""

import asyncio
import subprocess
import sys
import tempfile
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.page.scripted_history import transcript  # noqa: E402
from tests.e2e.page.scripted_server import (  # noqa: E402
    BUILT_IN,
    WHISPER,
    ScriptedServer,
    ready,
)


@dataclass(frozen=True)
class Look:
    """How the page is seen."""

    name: str
    width: int
    height: int
    scheme: str
    locale: str

    @property
    def is_phone(self) -> bool:
        """Whether fingers are used."""
        return self.width < 600


LOOKS = (
    Look("desktop-light-en", 1280, 800, "light", "en-GB"),
    Look("desktop-dark-es", 1280, 800, "dark", "es-ES"),
    Look("phone-light-es", 390, 844, "light", "es-ES"),
    Look("phone-dark-en", 390, 844, "dark", "en-GB"),
)

SAID = {
    "en": (
        "The morning was quiet, and the harbour lay under a thin mist.",
        "Nobody had expected the boats back before noon.",
        "Then, without any warning, the bell",
        " at the end of the pier began to ring",
    ),
    "es": (
        "La mañana estaba tranquila y el puerto seguía bajo una niebla fina.",
        "Nadie esperaba los barcos antes del mediodía.",
        "Entonces, sin previo aviso, la campana",
        " del final del muelle empezó a sonar",
    ),
}

HISTORY = (
    ("Notes for the harbour report", "The bell rang at nine. Two boats came in with the tide. The "
     "third was late, and nobody knew why. We waited on the pier until the light had gone. Then "
     "the wind turned. By ten the harbour was full again."),
    ("Shopping and errands", "Flour, lemons and coffee. Call the plumber about the kitchen tap."),
    ("Letter to Clara", "Dear Clara, thank you for the photographs. The one of the bell tower is "
     "my favourite. I have put it on the wall above my desk."),
    ("Ideas for the spring workshop", "Start with listening. Let every group record one minute of "
     "the street and write down what they hear."),
    ("Interview with the pilot", "He has worked in this port for thirty years. The bell, he says, "
     "is older than the lighthouse."),
)  # fmt: skip


class Photographer:
    """One page in one look, and the server behind it."""

    def __init__(self, page: Page, server: ScriptedServer, look: Look) -> None:
        self.page = page
        self.server = server
        self.look = look
        self.language = look.locale[:2]

    async def open(self) -> None:
        """Load the page."""
        await self.page.goto(self.server.url)
        await self.page.wait_for_timeout(400)

    async def dictate(self, latency_ms: float = 240) -> None:
        """Start, and have something said."""
        await self.open()
        await self.page.click("#record")
        await self.page.wait_for_timeout(2500)
        first, second, stable, tail = SAID[self.language]
        await self.server.final(first, 0, 4)
        await self.server.final(second, 4.5, 8)
        await self.server.partial(stable + tail, stable, 8.5)
        for step in range(30):
            await self.server.metrics(latency_ms * (1 + 0.3 * ((step * 7) % 5) / 5))
        await self.page.mouse.move(2, 400)
        await self.page.wait_for_timeout(600)

    def fill_history(self) -> None:
        """Put some transcripts into the history."""
        now = datetime.now().astimezone().replace(hour=11, minute=20)
        self.server.history.transcripts = [
            transcript(title, text, now - timedelta(hours=19 * index))
            for index, (title, text) in enumerate(HISTORY)
        ]

    async def open_history(self) -> None:
        """Open the history sheet."""
        await self.open()
        await self.page.click("#open-history")
        await self.page.wait_for_timeout(500)


State = Callable[[Photographer], Awaitable[None]]


async def idle(shot: Photographer) -> None:
    await shot.open()


async def listening(shot: Photographer) -> None:
    await shot.dictate()


async def late(shot: Photographer) -> None:
    await shot.dictate(latency_ms=4200)


async def paused(shot: Photographer) -> None:
    await shot.dictate()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(600)


async def reconnecting(shot: Photographer) -> None:
    await shot.dictate()
    shot.server.refusal = 503
    await shot.server.drop()
    await shot.page.wait_for_timeout(1700)


async def finished(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.final("".join(SAID[shot.language][2:]) + ".", 8.5, 11)
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(300)
    await shot.server.complete()
    await shot.page.wait_for_timeout(300)


async def failed(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.fail("INTERNAL_ERROR", 4400)
    await shot.page.wait_for_timeout(500)


async def denied(shot: Photographer) -> None:
    await shot.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('', 'NotAllowedError'));"
    )
    await shot.open()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(400)


async def loading(shot: Photographer) -> None:
    progress = {"stage": "downloading", "bytes_done": 61_000_000, "bytes_total": 145_000_000}
    shot.server.status |= {"status": "loading", "engine": None, "progress": progress}
    await shot.open()


async def fallback(shot: Photographer) -> None:
    shot.server.status = ready(BUILT_IN | {"fallback_reason": "No model could be had."})
    await shot.open()


async def history_empty(shot: Photographer) -> None:
    await shot.open_history()


async def history_list(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()


async def history_found(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()
    await shot.page.fill(".search", "bell")
    await shot.page.wait_for_timeout(500)


async def history_open(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()
    await shot.page.click(".entry")
    await shot.page.wait_for_timeout(400)


async def history_rename(shot: Photographer) -> None:
    await history_open(shot)
    await shot.page.locator(".reader-actions button").nth(1).click()
    await shot.page.wait_for_timeout(200)


async def history_undo(shot: Photographer) -> None:
    await history_open(shot)
    await shot.page.click(".danger")
    await shot.page.wait_for_timeout(400)


async def timestamps(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.final(SAID[shot.language][0], 75, 79)
    await shot.page.keyboard.press("t")
    await shot.page.wait_for_timeout(200)


async def elsewhere(shot: Photographer) -> None:
    await shot.dictate()
    other = shot.page
    shot.page = await other.context.new_page()
    await shot.open()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(400)


async def settings(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-settings")
    await shot.page.wait_for_timeout(300)


async def shortcuts(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-help")
    await shot.page.wait_for_timeout(300)


STATES: dict[str, State] = {
    state.__name__.replace("_", "-"): state
    for state in (
        idle, listening, late, paused, reconnecting, finished, failed, denied, loading, fallback,
        history_empty, history_list, history_found, history_open, history_rename, history_undo,
        timestamps, elsewhere, settings, shortcuts,
    )
}  # fmt: skip


async def photograph(browser: Browser, look: Look, name: str, folder: Path) -> None:
    """Bring the page into one state and keep its picture."""
    options: dict[str, Any] = {
        "viewport": {"width": look.width, "height": look.height},
        "color_scheme": look.scheme,
        "locale": look.locale,
        "has_touch": look.is_phone,
        "is_mobile": look.is_phone,
        "device_scale_factor": 2 if look.is_phone else 1,
        "permissions": ["microphone"],
    }
    context = await browser.new_context(**options)
    page = await context.new_page()
    page.on("pageerror", lambda error: print(f"{look.name} {name}: {error}", file=sys.stderr))
    server = ScriptedServer()
    server.status = ready(WHISPER)
    async with server.running():
        photographer = Photographer(page, server, look)
        await STATES[name](photographer)
        await photographer.page.screenshot(path=folder / f"{name}-{look.name}.png")
        await context.close()


async def main(browser_path: str, microphone: Path, folder: Path, names: list[str]) -> None:
    """Photograph the named states in every look."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}",
            ],
        )
        for look in LOOKS:
            for name in names:
                await photograph(browser, look, name, folder)
        await browser.close()


def write_murmur(path: Path) -> Path:
    """What the microphone hears: something that rises and falls as a voice does."""
    rate_hz = 48_000
    times_s = np.arange(12 * rate_hz) / rate_hz
    syllables = np.abs(np.sin(2 * np.pi * 1.9 * times_s + np.sin(times_s * 5)))
    phrases = np.clip(np.sin(2 * np.pi * times_s / 3.1) + 0.75, 0.02, 1)
    voice = sum(np.sin(2 * np.pi * 140 * harmonic * times_s) / harmonic for harmonic in (1, 2, 3))
    samples = 0.16 * syllables * phrases * voice
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate_hz)
        wav.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def find_browser() -> str:
    """Path of Chromium or Chrome."""
    command = [sys.executable, str(ROOT / "scripts" / "find_browser.py")]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return found.stdout.splitlines()[-1]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        microphone = write_murmur(Path(temporary) / "murmur.wav")
        asyncio.run(main(find_browser(), microphone, target, sys.argv[2:] or list(STATES)))
