"""Who photographs the page: in which look, of what was said, with which history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.async_api import Page

from tests.e2e.page.scripted_history import transcript
from tests.e2e.page.scripted_server import ScriptedServer


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
