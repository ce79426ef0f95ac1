"""A session that another process began."""

from tests.unit.session.sessions import WEBM, at, chunk, due, numbers, taken_up
from vivavoz.session.deadlines import Deadline
from vivavoz.session.entities import SessionStatus
from vivavoz.session.records import ContainerStream, DurableMark
from vivavoz.session.session import Session

S = SessionStatus


def status_of(session: Session) -> SessionStatus:
    return session.status


def test_a_session_taken_up_again_wants_its_stream_from_the_beginning() -> None:
    session = taken_up(ContainerStream(WEBM, 11, 40_000), DurableMark(14, 56_000))
    assert status_of(session) is S.RECONNECTING
    assert session.intake.expected_sequence_number == 11
    assert session.watermarks.decoded == DurableMark(10, 40_000)
    assert session.durable == DurableMark(14, 56_000)
    session.connection_resumed(at(101))
    assert session.status is S.RECORDING
    assert numbers(session.receive_chunk(chunk(11), at(102))) == [11]


def test_one_that_had_no_stream_yet_may_be_started() -> None:
    session = taken_up(None, DurableMark())
    session.connection_resumed(at(101))
    assert session.start_recording(WEBM) == ContainerStream(WEBM, 1, 0)


def test_one_that_nobody_comes_back_for_runs_out() -> None:
    session = taken_up(ContainerStream(WEBM, 1, 0), DurableMark())
    assert due(session, 399.9) == []
    assert due(session, 400) == [Deadline.RESUME]
