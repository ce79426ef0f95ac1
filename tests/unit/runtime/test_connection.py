"""A bounded queue to a client."""

import asyncio
from typing import Any

import pytest

from vivavoz.errors import (
    ConnectTimeoutError,
    DurationLimitReachedError,
    ForbiddenError,
    IdleTimeoutError,
    InvalidFormatError,
    InvalidResumeTokenError,
    ModelLoadingError,
    OriginNotAllowedError,
    RecognitionFailedError,
    ResourceUnavailableError,
    SessionCancelledError,
    SessionNotFoundError,
    SessionReplacedError,
    ShuttingDownError,
    TooManySessionsError,
    UnauthorizedError,
    VivavozError,
)
from vivavoz.runtime.connection import COMPLETED, CloseCode, Closing, Connection, closing_for
from vivavoz.session.events import (
    Ack,
    MetricsMeasured,
    Pong,
    ServerEvent,
    TranscriptionPartial,
)


def ack(number: int) -> Ack:
    return Ack(received_sequence_number=number, durable_sequence_number=0, queue_size=0)


async def everything(connection: Connection) -> list[ServerEvent | Closing]:
    items: list[ServerEvent | Closing] = []
    while not items or not isinstance(items[-1], Closing):
        items.append(await connection.next())
    return items


async def test_the_newest_ack_is_enough_and_nothing_else_is_dropped() -> None:
    connection = Connection(limit=10)
    pongs = [Pong(timestamp=float(number)) for number in range(3)]
    for number, pong in enumerate(pongs):
        connection.send(ack(number))
        connection.send(pong)
    connection.close(COMPLETED)
    assert await everything(connection) == [
        pongs[0],
        pongs[1],
        ack(2),
        pongs[2],
        COMPLETED,
    ]


@pytest.mark.parametrize("kind", [Ack, TranscriptionPartial, MetricsMeasured])
async def test_of_some_kinds_the_newest_is_enough(kind: Any) -> None:
    connection = Connection(limit=10)
    older, newest = kind.model_construct(), kind.model_construct()
    for event in (older, Pong(), newest):
        connection.send(event)
    assert isinstance(await connection.next(), Pong)
    assert await connection.next() is newest


async def test_kinds_give_way_only_to_their_own() -> None:
    connection = Connection(limit=10)
    kinds: list[Any] = [Ack, TranscriptionPartial, MetricsMeasured]
    events = [kind.model_construct() for kind in kinds]
    for event in events:
        connection.send(event)
    assert [await connection.next() for _ in events] == events


async def test_as_many_events_may_wait_as_the_limit_says() -> None:
    connection = Connection(limit=3)
    pongs = [Pong(timestamp=float(number)) for number in range(3)]
    for pong in pongs:
        connection.send(pong)
    assert [await connection.next() for _ in pongs] == pongs


async def test_a_reader_that_is_too_slow_is_cut_off() -> None:
    connection = Connection(limit=3)
    for number in range(4):
        connection.send(Pong(timestamp=float(number)))
    connection.send(Pong())
    (closing,) = await everything(connection)
    assert isinstance(closing, Closing)
    assert closing.code == CloseCode.TRY_LATER
    assert "slow" in closing.reason


async def test_acks_alone_never_cut_a_reader_off() -> None:
    connection = Connection(limit=1)
    for number in range(100):
        connection.send(ack(number))
    assert await connection.next() == ack(99)


async def test_the_first_reason_to_close_counts_and_ends_all() -> None:
    connection = Connection(limit=3)
    replaced = Closing(CloseCode.REPLACED, "SESSION_REPLACED")
    connection.close(replaced)
    connection.close(COMPLETED)
    connection.send(Pong())
    assert await connection.next() == replaced


async def test_a_close_is_waited_for_too_and_told_as_often_as_asked() -> None:
    connection = Connection(limit=3)
    waiting = asyncio.create_task(connection.next())
    await asyncio.sleep(0)
    connection.close(closing_for(SessionReplacedError("It was replaced.")))
    assert await waiting is await connection.next()


async def test_the_next_event_is_waited_for() -> None:
    connection = Connection(limit=3)
    waiting = asyncio.create_task(connection.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    connection.send(Pong())
    assert isinstance(await waiting, Pong)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ShuttingDownError, 1012),
        (ModelLoadingError, 1013),
        (ResourceUnavailableError, 1013),
        (TooManySessionsError, 1013),
        (InvalidFormatError, 4400),
        (InvalidResumeTokenError, 4401),
        (UnauthorizedError, 4401),
        (ForbiddenError, 4401),
        (OriginNotAllowedError, 4403),
        (SessionNotFoundError, 4404),
        (ConnectTimeoutError, 4408),
        (IdleTimeoutError, 4408),
        (SessionReplacedError, 4409),
        (SessionCancelledError, 4410),
        (DurationLimitReachedError, 4429),
        (RecognitionFailedError, 4500),
    ],
)
def test_each_error_has_its_close_code(error: type[VivavozError], code: int) -> None:
    assert closing_for(error("It happened.")) == Closing(CloseCode(code), error.code)
