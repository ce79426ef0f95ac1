"""When a session must be looked at again."""

import pytest

from tests.unit.session.sessions import (
    RULES,
    SESSION_ID,
    START,
    WEBM,
    at,
    chunk,
    due,
    new_session,
    recording,
    taken_up,
)
from vivavoz.errors import SequenceMismatchError
from vivavoz.session.deadlines import Deadline
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import Warned
from vivavoz.session.records import ContainerStream, DurableMark
from vivavoz.session.session import Session

S = SessionStatus


def test_a_connection_that_never_opens_is_waited_for_as_long() -> None:
    session = new_session()
    assert due(session, 29.9) == []
    assert due(session, 30) == [Deadline.CONNECT]


def test_a_connection_that_is_lost_twice_is_waited_for_since_the_first_time() -> None:
    session = recording()
    session.connection_lost(at(10))
    session.connection_lost(at(20))
    assert due(session, 309.9) == []
    assert due(session, 310) == [Deadline.RESUME]


def test_each_gap_is_waited_for_ten_seconds_of_its_own() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(3), at(1))
    session.receive_chunk(chunk(5), at(5))
    with pytest.raises(SequenceMismatchError):
        session.intake.ask_for_missing()
    session.receive_chunk(chunk(2), at(6))
    assert due(session, 15.9) == []
    assert due(session, 16) == [Deadline.GAP]


@pytest.mark.parametrize("is_filled", [True, False])
def test_a_gap_that_is_over_is_waited_for_no_longer(is_filled: bool) -> None:
    session = recording()
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(2), at(1))
    if is_filled:
        session.receive_chunk(chunk(1), at(5))
    else:
        session.declare_gap(at(5))
    assert due(session, 60) == []


def test_thirty_seconds_to_connect_and_to_speak() -> None:
    session = new_session()
    assert due(session, 29.9) == []
    session.connected(at(29.9))
    assert due(session, 59.8) == []
    assert due(session, 59.9) == [Deadline.CONNECT]


def test_a_first_message_ends_the_wait_and_begins_the_idle_time() -> None:
    session = new_session()
    session.connected(at(0))
    session.heard_from_client(at(10))
    assert session.entity.last_activity == at(10).wall
    assert due(session, 309.9) == []
    assert due(session, 310) == [Deadline.IDLE]


def test_the_warning_comes_five_minutes_before_the_end() -> None:
    session = recording(idle_timeout_s=1e6)
    assert due(session, 3299.9) == []
    assert due(session, 3300) == [Deadline.DURATION_WARNING]
    assert due(session, 3599.9) == []
    assert due(session, 3600) == [Deadline.DURATION]


def warned_of(session: Session, seconds: float) -> list[object]:
    session.warn_of_duration_limit(at(seconds))
    return [
        event.details["remaining_s"]
        for event in session.events_to_send()
        if isinstance(event, Warned)
    ]


def test_a_session_shorter_than_the_warning_is_told_its_true_time_once_somebody_is_there() -> None:
    entity = StreamingSession(session_id=SESSION_ID, start_time=START, duration_limit=60)
    session = Session(entity, RULES, at(0))
    assert due(session, 20) == []
    session.connected(at(20))
    assert due(session, 20) == [Deadline.DURATION_WARNING]
    assert warned_of(session, 20) == [40]


def test_a_client_that_was_away_is_warned_when_it_comes_back() -> None:
    session = recording(resume_window_s=1e6)
    session.connection_lost(at(3200))
    assert due(session, 3400) == []
    session.connection_resumed(at(3400))
    assert due(session, 3400) == [Deadline.DURATION_WARNING]
    assert warned_of(session, 3400) == [200]


def test_who_comes_back_to_a_session_that_is_finalised_is_not_warned() -> None:
    session = recording()
    session.connection_lost(at(3400))
    session.finalize(at(3400))
    session.connection_lost(at(3400))
    session.connection_resumed(at(3401))
    assert Deadline.DURATION_WARNING not in due(session, 3401)


def test_a_session_taken_up_again_has_only_the_rest_of_its_time() -> None:
    session = taken_up(ContainerStream(WEBM, 1, 0), DurableMark(), seconds=3590)
    assert Deadline.DURATION not in due(session, 3599.9)
    assert Deadline.DURATION in due(session, 3600)


def test_a_lost_client_has_five_minutes() -> None:
    session = recording()
    session.connection_lost(at(10))
    assert session.status is S.RECONNECTING
    assert session.working_status is S.RECORDING
    assert due(session, 309.9) == []
    assert due(session, 310) == [Deadline.RESUME]


def test_a_client_that_is_back_has_all_its_time_again() -> None:
    session = recording()
    session.connection_lost(at(10))
    session.connection_resumed(at(300))
    assert session.status is S.RECORDING
    assert due(session, 599.9) == []
    assert due(session, 600) == [Deadline.IDLE]


def test_a_gap_is_waited_for_ten_seconds_from_when_it_was_noticed() -> None:
    session = recording()
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(2), at(1))
    session.receive_chunk(chunk(3), at(9))
    assert due(session, 10.9) == []
    assert due(session, 11) == [Deadline.GAP]


def test_a_gap_that_is_filled_is_not_waited_for() -> None:
    session = recording()
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(2), at(1))
    session.receive_chunk(chunk(1), at(2))
    assert not session.deadlines.has(Deadline.GAP)


def test_a_gap_is_not_given_up_while_its_client_is_away() -> None:
    session = recording()
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(2), at(1))
    session.connection_lost(at(2))
    assert due(session, 100) == []
    session.connection_resumed(at(100))
    assert due(session, 109.9) == []
    assert due(session, 110) == [Deadline.GAP]
