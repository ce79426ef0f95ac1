"""Who photographs the page: in which look, and what is done with it first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.async_api import Page

from scripts.screenshot_samples import SAMPLES
from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import ScriptedServer


@dataclass(frozen=True)
class Look:
    """How the page is seen."""

    width: int
    height: int
    scheme: str
    locale: str

    @property
    def is_phone(self) -> bool:
        """Whether fingers are used."""
        return self.width < 600

    @property
    def language(self) -> str:
        """The language of the page's words: ``en`` or ``es``."""
        return self.locale[:2]

    @property
    def name(self) -> str:
        """For example ``phone-dark-es``."""
        return f"{'phone' if self.is_phone else 'desktop'}-{self.scheme}-{self.language}"


class Photographer:
    """One page in one look, and the server behind it."""

    def __init__(self, page: Page, server: ScriptedServer, look: Look) -> None:
        self.page = page
        self.server = server
        self.look = look
        self.samples = SAMPLES[look.language]

    async def open(self) -> None:
        """Load the page."""
        await self.page.goto(self.server.url)
        await self.page.wait_for_timeout(400)

    async def start(self, after_ms: float = 2_500) -> None:
        """Start a dictation that says nothing for a while."""
        await self.open()
        await self.page.click("#record")
        await self.page.wait_for_timeout(after_ms)

    async def dictate(self, latency_ms: float = 240) -> None:
        """Start, and have something said."""
        await self.start()
        first, second, stable, tail = self.samples.said
        await self.server.final(first, 0, 4)
        await self.server.final(second, 4.5, 8)
        await self.server.partial(stable + tail, stable, 8.5)
        await self.measure(latency_ms)

    async def measure(self, latency_ms: float) -> None:
        """Have some latencies shown, and the pointer out of the picture."""
        for step in range(30):
            await self.server.metrics(latency_ms * (1 + 0.3 * ((step * 7) % 5) / 5))
        await self.page.mouse.move(2, 400)
        await self.page.wait_for_timeout(600)

    async def replace_microphone(self, gain: float) -> None:
        """Have the microphone hear a tone of that loudness; 1 is as loud as it can be."""
        await self.page.add_init_script(
            "navigator.mediaDevices.getUserMedia = async () => {"
            "  const context = new AudioContext();"
            "  const tone = context.createOscillator();"
            f"  const volume = new GainNode(context, {{ gain: {gain} }});"
            "  const microphone = context.createMediaStreamDestination();"
            "  tone.connect(volume).connect(microphone);"
            "  tone.start();"
            "  return microphone.stream;"
            "};"
        )

    def fill_history(self) -> None:
        """Put some transcripts into the history."""
        now = datetime.now().astimezone().replace(hour=11, minute=20)
        self.server.history.transcripts = [
            transcript(title, text, now - timedelta(hours=19 * index), language=self.look.language)
            for index, (title, text) in enumerate(self.samples.history)
        ]

    async def open_history(self) -> None:
        """Open the history sheet."""
        await self.open()
        await self.page.click("#open-history")
        await self.page.wait_for_selector(".history-message:not(:empty)")
        await self.page.wait_for_timeout(200)


State = Callable[[Photographer], Awaitable[None]]
"""Brings the page into one state."""
