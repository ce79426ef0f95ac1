"""What one connection sends, on its way into its session."""

from collections.abc import Awaitable, Callable

import pytest

from tests.unit.runtime.conftest import Caller, House, open_house
from vivavoz.errors import InvalidMessageError
from vivavoz.runtime.connection import COMPLETED, Closing, Connection
from vivavoz.session.events import ClientEvent, Failed, Ping, Pong
from vivavoz.transports.incoming import Incoming

__all__ = ["open_house"]

OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def caller(open_house: OpenHouse) -> Caller:
    return (await open_house()).call()


def unreadable() -> ClientEvent:
    raise InvalidMessageError("It cannot be read.")


async def until(caller: Caller, kind: type) -> object:
    while not isinstance(event := await caller.connection.next(), kind | Closing):
        pass
    return event


async def test_events_reach_the_session(caller: Caller) -> None:
    Incoming(caller.runner, caller.connection).take(lambda: Ping(timestamp=7.0))
    answer = await until(caller, Pong)
    assert isinstance(answer, Pong)
    assert answer.timestamp == 7.0


async def test_an_unreadable_message_is_answered(caller: Caller) -> None:
    incoming = Incoming(caller.runner, caller.connection)
    incoming.take(unreadable)
    assert isinstance(await until(caller, Failed), Failed)
    incoming.take(Ping)
    assert isinstance(await until(caller, Pong), Pong)


async def test_many_unreadable_messages_end_the_connection_and_not_the_session(
    caller: Caller,
) -> None:
    incoming = Incoming(caller.runner, caller.connection)
    for _ in range(21):
        incoming.take(unreadable)
    assert await caller.until_closed() == 4400
    assert caller.errors() == ["INVALID_MESSAGE"] * 21
    incoming.end()
    assert caller.runner.session.status == "reconnecting"


async def test_a_connection_that_was_replaced_is_not_heard_any_more(caller: Caller) -> None:
    older = Incoming(caller.runner, caller.connection)
    newer = Connection(10)
    caller.runner.resume(newer)
    older.take(Ping)
    older.take(unreadable)
    older.end()
    assert caller.runner.session.status == "connected"
    newer.close(COMPLETED)
    heard = []
    while not isinstance(event := await newer.next(), Closing):
        heard.append(event.event)
    assert "pong" not in heard
    assert "error" not in heard
