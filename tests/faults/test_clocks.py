"""Clocks jump: the client's, and the server's wall clock."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.server_process import ServerProcess
from tests.faults.conftest import LosesNothing
from tests.faults.dictation import Dictation
from tests.faults.speech import opus_speech
from vivavoz.session.deadlines import Deadline, Moment
from vivavoz.session.entities import StreamingSession
from vivavoz.session.limits import SessionRules
from vivavoz.session.records import ContainerStream, DurableMark, SessionTerms, UnfinishedSession
from vivavoz.session.session import Session
from vivavoz.settings import Settings

SPEECH = opus_speech("en-5")
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = SessionRules.from_settings(Settings())


@pytest.mark.fault("the client's clock jumps back and forth by a day")
async def test_the_clients_clock_jumps(server: ServerProcess, loses_nothing: LosesNothing) -> None:
    moments = iter(range(len(SPEECH.chunks)))

    def captured_at() -> datetime:
        return NOON + DAY * (next(moments) % 3 - 1)

    async with Dictation(server.url, SPEECH, captured_at=captured_at) as dictation:
        ending = await dictation.finish()
    await loses_nothing(dictation, ending)


@pytest.mark.parametrize("jump", [-DAY, DAY], ids=["back", "forward"])
def test_a_live_session_goes_by_the_monotonic_clock(jump: timedelta) -> None:
    session = Session(StreamingSession(start_time=NOON), RULES, Moment(0.0, NOON))
    session.connected(Moment(1.0, NOON + jump))
    session.heard_from_client(Moment(2.0, NOON + jump))
    assert session.deadlines.pop_due(RULES.idle_timeout_s + 1.9) == []
    assert session.deadlines.pop_due(RULES.idle_timeout_s + 2.0) == [Deadline.IDLE]


def test_a_clock_set_back_while_the_server_was_away_gives_no_more_than_the_limit() -> None:
    entity = StreamingSession(start_time=NOON)
    stored = UnfinishedSession(
        entity, SessionTerms("hash"), ContainerStream("audio/wav", 1, 0), DurableMark(5, 5)
    )
    session = Session(entity, RULES, Moment(0.0, NOON - DAY), stored)
    assert Deadline.DURATION in session.deadlines.pop_due(entity.duration_limit)
