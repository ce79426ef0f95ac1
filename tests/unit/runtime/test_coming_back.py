"""A client comes back after its session was saved without it."""

import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.live.engines import silence
from tests.live.speech import spoken
from tests.unit.runtime.conftest import ADDRESS, Caller, House
from vivavoz.errors import InvalidResumeTokenError, ResourceUnavailableError
from vivavoz.runtime.connection import Closing, Connection
from vivavoz.runtime.leftovers import Leftovers
from vivavoz.session.events import (
    SessionCompleted,
    SessionCreated,
    SessionResumed,
    StopRecording,
    TranscriptionFinal,
)

OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture(scope="session")
def sentence(human_speech: Path) -> list[bytes]:
    return spoken(human_speech, ["goforward"])


async def left_alone(house: House, sentence: list[bytes]) -> tuple[Caller, str]:
    """A session whose client vanished after a sentence, and its resume token."""
    caller = house.call()
    caller.start()
    for chunk in [*sentence, silence(1.0)]:
        caller.send(chunk)
    token = ""
    while not isinstance(event := await caller.connection.next(), TranscriptionFinal):
        if isinstance(event, SessionCreated):
            token = event.resume_token
    caller.runner.disconnect(caller.connection)
    return caller, token


async def back(house: House, caller: Caller, token: str) -> Caller | None:
    """The same client on a new connection; none if the session has ended for good."""
    connection = Connection(house.services.settings.send_queue_events)
    session_id = caller.runner.session.entity.session_id
    runner = await house.manager.resume(connection, session_id, token, ADDRESS, None)
    if runner is None:
        completed = await connection.next()
        assert isinstance(completed, SessionCompleted)
        assert isinstance(await connection.next(), Closing)
        return None
    return Caller(runner, connection)


async def say_all_and_more(again: Caller, sentence: list[bytes]) -> SessionCompleted:
    """Send everything from the start, and a second sentence."""
    resumed = await again.connection.next()
    assert isinstance(resumed, SessionResumed)
    assert resumed.next_sequence_number == 1
    assert resumed.confirmed_text
    for chunk in [*sentence, silence(1.0), *sentence]:
        again.send(chunk)
    again.runner.receive(StopRecording())
    assert await again.until_closed() == 1000
    finals = [event for event in again.events if isinstance(event, TranscriptionFinal)]
    assert len(finals) == 1, "the first sentence was stored already"
    completed = again.completed()
    said = finals[0].result.text_content
    assert completed.confirmed_text == f"{resumed.confirmed_text} {said}"
    return completed


async def test_the_session_goes_on_and_is_one_transcript(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house()
    caller, token = await left_alone(house, sentence)
    house.clock.advance(house.services.settings.resume_window_s)
    await house.until_gone(caller)
    assert house.store.catalog.page(None).total == 1
    with pytest.raises(InvalidResumeTokenError):
        await back(house, caller, "guess")
    again = await back(house, caller, token)
    assert again is not None
    completed = await say_all_and_more(again, sentence)
    (kept,) = house.store.catalog.page(None).items
    assert house.store.catalog.get(kept.id, None).text == completed.confirmed_text
    assert await back(house, caller, token) is None


async def test_so_does_one_that_is_being_saved_at_this_moment(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house()
    caller, token = await left_alone(house, sentence)
    house.clock.advance(house.services.settings.resume_window_s)
    assert caller.runner in house.manager.runners
    again = await back(house, caller, token)
    assert again is not None
    await say_all_and_more(again, sentence)
    assert house.store.catalog.page(None).total == 1


async def test_a_session_that_cannot_be_saved_now_is_waited_for_in_vain(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house(connect_timeout_s=0.05)
    caller, token = await left_alone(house, sentence)
    may_go_on = threading.Event()
    house.services.store_executor.submit(may_go_on.wait)
    try:
        house.clock.advance(house.services.settings.resume_window_s)
        with pytest.raises(ResourceUnavailableError) as refused:
            await back(house, caller, token)
        assert refused.value.details["retry_after_s"] > 0
    finally:
        may_go_on.set()
    await house.until_gone(caller)
    again = await back(house, caller, token)
    assert again is not None
    await say_all_and_more(again, sentence)


async def test_so_does_one_that_a_later_process_saved(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house()
    caller, token = await left_alone(house, sentence)
    await house.manager.drain()
    later = await open_house()
    later.clock.advance(house.services.settings.resume_window_s + 1)
    leftovers = Leftovers(
        later.services,
        later.manager.is_live,
        later.manager.drain,
        later.store.purge_metrics,
        lambda: None,
    )
    assert leftovers.finish_all() == 1
    again = await back(later, caller, token)
    assert again is not None
    completed = await say_all_and_more(again, sentence)
    (kept,) = later.store.catalog.page(None).items
    assert later.store.catalog.get(kept.id, None).text == completed.confirmed_text


async def test_a_session_whose_time_is_over_is_not_taken_up_again(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house()
    caller, token = await left_alone(house, sentence)
    house.clock.advance(house.services.settings.resume_window_s)
    await house.until_gone(caller)
    house.clock.advance(house.services.settings.duration_limit_s)
    assert await back(house, caller, token) is None
    assert house.store.catalog.page(None).total == 1
