"""Photograph the page in every state: phone and desktop, light and dark, Spanish and English.

    python scripts/make_screenshots.py FOLDER [NAME ...]

The states are played by the scripted server of the page's tests, since a real one cannot be made to
lose its connection or download a model on request. NAMEs choose states and looks
(``phone-dark-es``); without any of a kind all of it is taken.
"""

import asyncio
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import find_browser  # noqa: E402
from scripts.photographer import Look, Photographer  # noqa: E402
from scripts.screenshot_states import STATES  # noqa: E402
from tests.e2e.page.scripted_server import WHISPER, ScriptedServer, ready  # noqa: E402

LOOKS = tuple(
    Look(width, height, scheme, locale)
    for width, height in ((1280, 800), (390, 844))
    for scheme in ("light", "dark")
    for locale in ("en-GB", "es-ES")
)
AT_ONCE = 3
STEADY_MICROPHONE = """
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = function ({ audio }) {
    return getUserMedia.call(this, { audio: { ...audio, autoGainControl: false } });
  };
"""


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
    await context.add_init_script(STEADY_MICROPHONE)
    page = await context.new_page()
    page.on("pageerror", lambda error: print(f"{look.name} {name}: {error}", file=sys.stderr))
    server = ScriptedServer()
    server.status = ready(WHISPER)
    async with server.running():
        photographer = Photographer(page, server, look)
        await STATES[name](photographer)
        await photographer.page.screenshot(path=folder / f"{name}-{look.name}.png")
        await context.close()


async def main(browser_path: Path, microphone: Path, folder: Path, names: set[str]) -> None:
    """Photograph the named states in the named looks."""
    states = names & STATES.keys() or STATES
    looks = [look for look in LOOKS if look.name in names] or LOOKS
    if unknown := names - STATES.keys() - {look.name for look in LOOKS}:
        sys.exit(f"no such state or look: {', '.join(sorted(unknown))}")
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
        room = asyncio.Semaphore(AT_ONCE)

        async def take(look: Look, name: str) -> None:
            async with room:
                try:
                    await photograph(browser, look, name, folder)
                except PlaywrightError as error:
                    raise RuntimeError(f"no picture of {name} in {look.name}") from error

        await asyncio.gather(*(take(look, name) for look in looks for name in states))
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


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        microphone = write_murmur(Path(temporary) / "murmur.wav")
        asyncio.run(main(find_browser.require(), microphone, target, set(sys.argv[2:])))
