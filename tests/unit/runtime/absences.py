"""Clients that leave in the middle of a session, and come back."""

from dataclasses import dataclass
from uuid import UUID

from tests.live.engines import silence
from tests.unit.runtime.conftest import ADDRESS, Caller, House
from vivavoz.runtime.connection import Closing, Connection
from vivavoz.session.events import (
    SessionCompleted,
    SessionCreated,
    SessionResumed,
    StopRecording,
    TranscriptionFinal,
)


@dataclass
class Absence:
    """A client that vanished once its first sentence was final."""

    house: House
    caller: Caller
    token: str
    sentence: list[bytes]

    @property
    def session_id(self) -> UUID:
        """Of the session that it left."""
        return self.caller.runner.session.entity.session_id

    async def lasts_until_it_is_saved(self) -> None:
        """Longer than the client is waited for."""
        self.house.clock.advance(self.house.services.settings.resume_window_s)
        await self.house.until_gone(self.caller)

    async def outlives_the_process(self, later: House) -> None:
        """The server stops, and this one takes its place."""
        await self.house.manager.drain()
        later.clock.advance(later.services.settings.resume_window_s + 1)
        self.house = later

    async def ends(self, token: str = "") -> Caller | None:
        """The client on a new connection; none if the session has ended for good."""
        connection = Connection(self.house.services.settings.send_queue_events)
        token = token or self.token
        manager = self.house.manager
        runner = await manager.resume(connection, self.session_id, token, ADDRESS, None)
        if runner is None:
            assert isinstance(await connection.next(), SessionCompleted)
            assert isinstance(await connection.next(), Closing)
            return None
        return Caller(runner, connection)

    async def ends_and_all_is_said(self) -> SessionCompleted:
        """The client sends everything from the start, and a second sentence."""
        again = await self.ends()
        assert again is not None
        resumed = await again.connection.next()
        assert isinstance(resumed, SessionResumed)
        assert resumed.next_sequence_number == 1
        assert resumed.confirmed_text
        for chunk in [*self.sentence, silence(1.0), *self.sentence]:
            again.send(chunk)
        again.runner.receive(StopRecording())
        assert await again.until_closed() == 1000
        finals = [event for event in again.events if isinstance(event, TranscriptionFinal)]
        assert len(finals) == 1, "the first sentence was stored already"
        completed = again.completed()
        said = finals[0].result.text_content
        assert completed.confirmed_text == f"{resumed.confirmed_text} {said}"
        return completed


async def left_alone(house: House, sentence: list[bytes]) -> Absence:
    """A session whose client vanishes after a sentence."""
    caller = house.call()
    caller.start()
    for chunk in [*sentence, silence(1.0)]:
        caller.send(chunk)
    token = ""
    while not isinstance(event := await caller.connection.next(), TranscriptionFinal):
        if isinstance(event, SessionCreated):
            token = event.resume_token
    caller.runner.disconnect(caller.connection)
    return Absence(house, caller, token, sentence)
