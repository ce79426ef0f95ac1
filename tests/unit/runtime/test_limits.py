"""Every limit and time-out of a session, with a clock that the test moves."""

import pytest

from tests.live.engines import silence
from tests.unit.runtime.conftest import ADDRESS, Caller, House, OpenHouse
from vivavoz.errors import TooManySessionsForAddressError
from vivavoz.session.events import (
    Failed,
    MetricsMeasured,
    Ping,
    SessionCreated,
    StopRecording,
    TranscriptionFinal,
    Warned,
    WarningCode,
)

MINUTE_S = 60.0


def dictating(house: House, chunks: list[bytes]) -> Caller:
    caller = house.call()
    caller.start()
    for chunk in chunks:
        caller.send(chunk)
    return caller


async def test_sixty_minutes_then_saved_and_completed(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house(idle_timeout_s=1e6, metrics_interval_s=1e6)
    caller = dictating(house, sentence)
    house.clock.advance(55 * MINUTE_S - 1)
    assert caller.runner.session.status == "recording"
    house.clock.advance(1)
    house.clock.advance(5 * MINUTE_S - 1)
    assert caller.runner.session.status == "recording"
    house.clock.advance(1)
    assert await caller.until_closed() == 1000
    warnings = [e for e in caller.events if isinstance(e, Warned)]
    (near,) = [w for w in warnings if w.code == WarningCode.DURATION_LIMIT_NEAR]
    assert near.details == {"remaining_s": 300.0}
    assert caller.errors() == ["DURATION_LIMIT_REACHED"]
    completed = caller.completed()
    assert completed.reason == "duration_limit"
    assert completed.saved
    assert completed.confirmed_text
    assert completed.transcript_id is not None
    assert house.store.catalog.get(completed.transcript_id, None).text == completed.confirmed_text


async def test_a_session_of_a_minute_is_told_so_at_once(open_house: OpenHouse) -> None:
    house = await open_house(duration_limit_s=60)
    caller = house.call()
    house.clock.advance(0)
    while not isinstance(warned := await caller.connection.next(), Warned):
        pass
    assert warned.code == WarningCode.DURATION_LIMIT_NEAR
    assert warned.details == {"remaining_s": 60}
    assert "60 seconds" in warned.message


async def test_audio_longer_than_the_limit_ends_the_session_too(open_house: OpenHouse) -> None:
    house = await open_house(duration_limit_s=60, max_chunk_bytes=1_048_576)
    caller = dictating(house, [silence(30), silence(29), silence(2)])
    assert await caller.until_closed() == 1000
    assert caller.errors() == ["DURATION_LIMIT_REACHED"]
    assert caller.completed().reason == "duration_limit"


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"max_chunks": 18}, "CHUNK_LIMIT_REACHED"),
        ({"max_session_bytes": 18 * 8000}, "SESSION_BYTES_LIMIT_REACHED"),
    ],
)
async def test_chunks_and_bytes_of_a_session(
    open_house: OpenHouse, sentence: list[bytes], setting: dict[str, int], code: str
) -> None:
    house = await open_house(**setting)
    caller = dictating(house, [*sentence, silence(0.25), silence(0.25)])
    assert await caller.until_closed() == 1000
    assert caller.errors()[0] == code
    assert caller.completed().reason == code.lower()
    assert caller.completed().saved


async def test_a_chunk_rate_that_is_too_high_is_told_and_survived(open_house: OpenHouse) -> None:
    house = await open_house(max_chunks_per_second=1)
    caller = dictating(house, [silence(0.01)] * 10)
    house.clock.advance(0.5)
    caller.send(silence(0.01))
    while not isinstance(event := await caller.connection.next(), Failed):
        pass
    assert event.error.code == "RATE_LIMITED"
    assert event.error.details["expected_sequence_number"] == 11
    assert caller.runner.session.intake.received_sequence_number == 10
    assert caller.runner.session.status == "recording"


async def test_thirty_seconds_to_the_first_message(open_house: OpenHouse) -> None:
    house = await open_house()
    caller = house.call()
    house.clock.advance(29.9)
    assert house.manager.runners
    house.clock.advance(0.1)
    assert await caller.until_closed() == 4408
    assert caller.errors() == ["CONNECT_TIMEOUT"]
    assert not house.manager.runners


async def test_an_idle_session_is_saved(open_house: OpenHouse, sentence: list[bytes]) -> None:
    house = await open_house()
    caller = dictating(house, sentence)
    house.clock.advance(200)
    caller.runner.receive(Ping())
    house.clock.advance(299.9)
    assert caller.runner.session.status == "recording"
    house.clock.advance(0.1)
    assert await caller.until_closed() == 1000
    assert "IDLE_TIMEOUT" in caller.errors()
    assert caller.completed().reason == "idle_timeout"
    assert caller.completed().saved
    assert any(isinstance(event, MetricsMeasured) for event in caller.events)


async def test_late_text_comes_with_one_warning(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house(latency_warning_ms=2500)
    caller = dictating(house, sentence)
    house.clock.advance(10)
    caller.runner.receive(StopRecording(last_sequence_number=len(sentence)))
    assert await caller.until_closed() == 1000
    finals = [event for event in caller.events if isinstance(event, TranscriptionFinal)]
    assert finals
    late = [event for event in caller.events if isinstance(event, Warned)]
    assert [event.code for event in late] == [WarningCode.LATENCY_HIGH]
    [created] = [event for event in caller.events if isinstance(event, SessionCreated)]
    assert created.limits.latency_warning_ms == 2500
    assert 2500 < late[0].details["latency_ms"] <= 12_000


async def test_an_idle_session_that_never_recorded_ends(open_house: OpenHouse) -> None:
    house = await open_house()
    caller = house.call()
    caller.runner.receive(Ping())
    house.clock.advance(300)
    assert await caller.until_closed() == 4408
    assert caller.errors() == ["IDLE_TIMEOUT"]


async def test_a_lost_client_is_waited_for_then_its_text_is_saved(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house()
    caller = dictating(house, sentence)
    while not isinstance(await caller.connection.next(), TranscriptionFinal):
        pass
    caller.runner.disconnect(caller.connection)
    house.clock.advance(299.9)
    assert caller.runner.session.status == "reconnecting"
    house.clock.advance(0.1)
    await house.until_gone(caller)
    assert caller.runner.farewell is not None
    assert caller.runner.farewell.reason == "connection_lost"
    assert caller.runner.farewell.saved


async def test_a_session_that_ended_gives_its_place_back(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house(max_sessions_per_address=1)
    caller = house.call()
    with pytest.raises(TooManySessionsForAddressError):
        house.call(ADDRESS)
    caller.runner.disconnect(caller.connection)
    house.clock.advance(300)
    house.call(ADDRESS)
