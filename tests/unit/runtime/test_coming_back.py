"""A client comes back after its session was saved without it."""

import asyncio
import threading

import pytest

from tests.unit.runtime.absences import Absence, left_alone
from tests.unit.runtime.conftest import OpenHouse
from vivavoz.errors import InvalidResumeTokenError, ResourceUnavailableError
from vivavoz.session.events import SessionCompleted


@pytest.fixture
async def absence(open_house: OpenHouse, sentence: list[bytes]) -> Absence:
    return await left_alone(await open_house(), sentence)


def assert_one_transcript(absence: Absence, completed: SessionCompleted) -> None:
    catalog = absence.house.store.catalog
    (kept,) = catalog.page(None).items
    assert catalog.get(kept.id, None).text == completed.confirmed_text


async def test_the_session_goes_on_and_is_one_transcript(absence: Absence) -> None:
    await absence.lasts_until_it_is_saved()
    assert absence.house.store.catalog.page(None).total == 1
    with pytest.raises(InvalidResumeTokenError):
        await absence.ends("guess")
    assert_one_transcript(absence, await absence.ends_and_all_is_said())
    assert await absence.ends() is None


async def test_so_does_one_that_is_being_saved_at_this_moment(absence: Absence) -> None:
    absence.house.clock.advance(absence.house.services.settings.resume_window_s)
    assert absence.caller.runner in absence.house.manager.runners
    assert_one_transcript(absence, await absence.ends_and_all_is_said())


async def test_a_session_that_cannot_be_saved_now_is_waited_for_in_vain(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house(connect_timeout_s=0.05)
    absence = await left_alone(house, sentence)
    may_go_on = threading.Event()
    house.services.store_executor.submit(may_go_on.wait)
    try:
        house.clock.advance(house.services.settings.resume_window_s)
        with pytest.raises(ResourceUnavailableError) as refused:
            await absence.ends()
        assert refused.value.details["retry_after_s"] > 0
    finally:
        may_go_on.set()
    await house.until_gone(absence.caller)
    assert_one_transcript(absence, await absence.ends_and_all_is_said())


async def test_so_does_one_that_a_later_process_saved(
    open_house: OpenHouse, absence: Absence
) -> None:
    await absence.outlives_the_process(await open_house())
    assert absence.house.leftovers().finish_all() == 1
    assert_one_transcript(absence, await absence.ends_and_all_is_said())


async def test_so_does_one_that_is_saved_while_it_is_taken_up(
    open_house: OpenHouse, absence: Absence
) -> None:
    """Leftovers are finished between the look into the store and the session's new life."""
    await absence.outlives_the_process(await open_house())
    executor = absence.house.services.store_executor
    may_look = threading.Event()
    executor.submit(may_look.wait)
    try:
        ending = asyncio.create_task(absence.ends_and_all_is_said())
        await asyncio.sleep(0)  # it waits for its look into the store
        finishing = executor.submit(absence.house.leftovers().finish_all)
    finally:
        may_look.set()
    completed = await ending
    assert finishing.result() == 1
    assert_one_transcript(absence, completed)


async def test_a_session_whose_time_is_over_is_not_taken_up_again(absence: Absence) -> None:
    await absence.lasts_until_it_is_saved()
    absence.house.clock.advance(absence.house.services.settings.duration_limit_s)
    assert await absence.ends() is None
    assert absence.house.store.catalog.page(None).total == 1
