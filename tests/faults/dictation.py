"""A dictation through ``vivavoz.client`` that goes on while a test does harm."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx

from tests.faults.speech import Speech
from vivavoz.client.stream import VivavozClient
from vivavoz.session.entities import utc_now
from vivavoz.session.events import (
    Failed,
    ServerEvent,
    SessionCompleted,
    SessionResumed,
    StatusChanged,
    Warned,
)

PACE = 8.0
"""How many times faster than people speak."""

_PATIENCE_S = 90.0
_TERMINAL = {"completed", "error"}


@dataclass(frozen=True)
class Ending:
    """How a dictation ended, as its client saw it.

    ``waited_s``: from the end of the speech to the end of the session.
    """

    completed: SessionCompleted
    events: tuple[ServerEvent, ...]
    waited_s: float

    @property
    def text(self) -> str:
        """The whole text."""
        return self.completed.confirmed_text

    @property
    def resumed(self) -> int:
        """How often the client came back."""
        return sum(isinstance(event, SessionResumed) for event in self.events)

    @property
    def warnings(self) -> Counter[str]:
        """The warnings' codes."""
        return Counter(event.code for event in self.events if isinstance(event, Warned))

    @property
    def errors(self) -> Counter[str]:
        """The errors' codes."""
        return Counter(event.error.code for event in self.events if isinstance(event, Failed))

    @property
    def terminal_states(self) -> list[str]:
        """What the session said of its end, status or farewell."""
        return [
            event.status if isinstance(event, StatusChanged) else "farewell"
            for event in self.events
            if isinstance(event, SessionCompleted)
            or (isinstance(event, StatusChanged) and event.status in _TERMINAL)
        ]


class Dictation:
    """Speaks at a steady pace from entry on, whatever the connection does.

    Args:
        url: of the server, or of a proxy before it.
        speech: what to say.
        pace: times faster than real time.
        silent_from: the part of the speech, 0 to 1, at which to wait for ``go_on``.
        captured_at: the client's clock.
    """

    def __init__(
        self,
        url: str,
        speech: Speech,
        *,
        pace: float = PACE,
        silent_from: float = math.inf,
        captured_at: Callable[[], datetime] = utc_now,
    ) -> None:
        self.url = url
        self.speech = speech
        self.client = VivavozClient(url, mime_type=speech.mime_type, language="en")
        self.events: list[ServerEvent] = []
        self._pace = pace
        self._silent_from = silent_from
        self._may_go_on = asyncio.Event()
        self._captured_at = captured_at
        self._said = 0
        self._progress = asyncio.Event()
        self._speaking: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        self._speaking = asyncio.create_task(self._speak())
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.client.__aexit__(kind, error, traceback)
        tasks = [task for task in (self._speaking, self._listening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def session_id(self) -> UUID:
        """Of the session, once it exists."""
        assert self.client.session is not None
        return self.client.session.session_id

    async def reaches(self, part: float) -> None:
        """Wait until that part of the speech, 0 to 1, was said."""
        await self._until(lambda: self._said >= part * len(self.speech.chunks))

    def go_on(self) -> None:
        """Say what comes after the silence."""
        self._may_go_on.set()

    async def hears(self, kind: type[ServerEvent], count: int = 1) -> None:
        """Wait until so many events of that kind have come in all."""
        await self._until(lambda: sum(isinstance(e, kind) for e in self.events) >= count)

    async def finish(self) -> Ending:
        """Say the rest, stop, and wait for the end."""
        assert self._speaking is not None
        await self._speaking
        began_s = time.monotonic()
        async with asyncio.timeout(_PATIENCE_S):
            completed = await self.client.stop()
            waited_s = time.monotonic() - began_s
            assert self._listening is not None
            await self._listening
        return Ending(completed, tuple(self.events), waited_s)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not is_so():
                self._progress.clear()
                await self._progress.wait()

    async def _speak(self) -> None:
        clock = asyncio.get_running_loop().time
        begin_s, chunks = clock(), len(self.speech.chunks)
        for number, chunk in enumerate(self.speech.chunks, start=1):
            await self.client.send(chunk, self._captured_at())
            self._said = number
            self._progress.set()
            await asyncio.sleep(begin_s + number * self.speech.chunk_s / self._pace - clock())
            if not self._may_go_on.is_set() and number >= self._silent_from * chunks:
                await self._may_go_on.wait()
                begin_s = clock() - number * self.speech.chunk_s / self._pace

    async def _listen(self) -> None:
        async for event in self.client.events():
            self.events.append(event)
            self._progress.set()


async def kept_transcript(url: str, session_id: UUID) -> dict[str, object]:
    """The one transcript that the history keeps of a session."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=_PATIENCE_S) as http:
        page = (await http.get("/api/history", params={"limit": 100})).json()
        assert [row["id"] for row in page["items"]].count(str(session_id)) == 1
        transcript: dict[str, object] = (await http.get(f"/api/history/{session_id}")).json()
        return transcript
