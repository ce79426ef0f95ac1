"""One session's rules, with time as an argument and no I/O."""

import pytest

from tests.unit.session.sessions import WEBM, at, chunk, due, new_session, numbers, recording
from vivavoz.errors import InvalidStateError, SequenceMismatchError, TooManyReconnectsError
from vivavoz.session.deadlines import Deadline
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import Ack, StatusChanged, Warned, WarningCode
from vivavoz.session.records import ContainerStream, DurableMark

S = SessionStatus


def test_every_move_is_told() -> None:
    session = new_session()
    session.connected(at(0))
    session.start_recording(WEBM)
    session.pause_recording(stream_ended=False)
    moves = [
        (event.previous, event.status)
        for event in session.events_to_send()
        if isinstance(event, StatusChanged)
    ]
    assert moves == [
        (S.CONNECTING, S.CONNECTED),
        (S.CONNECTED, S.RECORDING),
        (S.RECORDING, S.PAUSED),
    ]
    assert session.events_to_send() == []
    assert session.entity.status is S.PAUSED


def test_what_is_not_allowed_changes_nothing() -> None:
    session = new_session()
    session.connected(at(0))
    for forbidden in (
        lambda: session.pause_recording(stream_ended=False),
        lambda: session.resume_recording(None),
        lambda: session.stop_recording(None, at(0)),
        lambda: session.receive_chunk(chunk(1), at(0)),
    ):
        with pytest.raises(InvalidStateError):
            forbidden()
        assert session.status is S.CONNECTED
    session.start_recording(WEBM)
    with pytest.raises(InvalidStateError):
        session.start_recording(WEBM)


def test_a_stream_begins_with_the_next_chunk_where_the_audio_is() -> None:
    session = recording()
    assert session.stream == ContainerStream(WEBM, 1, 0)
    session.receive_chunk(chunk(1), at(0))
    session.watermarks.decoder_reached(DurableMark(1, 4000))
    session.pause_recording(stream_ended=True)
    assert session.resume_recording("audio/ogg") == ContainerStream("audio/ogg", 2, 4000)


def test_a_pause_within_a_stream_ends_nothing() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    session.pause_recording(stream_ended=False)
    assert numbers(session.receive_chunk(chunk(2), at(1))) == [2]
    assert session.resume_recording(None) is None
    assert session.stream == ContainerStream(WEBM, 1, 0)
    assert numbers(session.receive_chunk(chunk(3), at(2))) == [3]


def test_out_of_a_pause_leads_only_its_end_and_behind_a_stream_only_a_new_one() -> None:
    session = recording()
    session.pause_recording(stream_ended=True)
    with pytest.raises(InvalidStateError, match="start"):
        session.start_recording(WEBM)
    with pytest.raises(InvalidStateError, match="stream has ended"):
        session.resume_recording(None)
    assert session.status is S.PAUSED


def test_a_client_that_came_back_is_told_again_what_is_missing() -> None:
    session = recording()
    for seconds in (1, 5):
        with pytest.raises(SequenceMismatchError):
            session.receive_chunk(chunk(2), at(seconds))
        session.connection_lost(at(seconds + 1))
        session.connection_resumed(at(seconds + 2))


def test_an_ack_says_how_far_the_audio_came() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    session.receive_chunk(chunk(2), at(0))
    assert session.committed(DurableMark(1, 4000))
    assert not session.committed(DurableMark(1, 5000))
    session.acknowledge(queue_size=1, may_send_more=True)
    (ack,) = session.events_to_send()
    assert ack == Ack(received_sequence_number=2, durable_sequence_number=1, queue_size=1)


def test_what_became_durable_lets_no_more_chunks_come_while_the_decoder_is_behind() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    session.acknowledge(queue_size=1, may_send_more=True)
    session.receive_chunk(chunk(2), at(0))
    session.committed(DurableMark(1, 4000))
    session.events_to_send()
    session.acknowledge(queue_size=2, may_send_more=False)
    (ack,) = session.events_to_send()
    assert ack == Ack(received_sequence_number=1, durable_sequence_number=1, queue_size=2)


def test_only_a_chunk_that_is_missing_at_the_stop_is_asked_for() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    session.intake.ask_for_missing()
    session.stop_recording(2, at(1))
    with pytest.raises(SequenceMismatchError) as asked:
        session.intake.ask_for_missing()
    assert asked.value.details == {"expected_sequence_number": 2}
    assert not session.input_is_complete
    session.receive_chunk(chunk(2), at(2))
    session.intake.ask_for_missing()
    assert session.input_is_complete


def test_a_gap_is_declared_with_its_times() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    session.watermarks.decoder_reached(DurableMark(1, 4000))
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(4), at(1))
    assert numbers(session.declare_gap(at(11))) == [4]
    lost = {
        "first_sequence_number": 2,
        "last_sequence_number": 3,
        "at_s": 0.25,
        "duration_s": 0.75,
    }
    assert session.entity.metadata["lost_audio"] == [lost]
    (warning,) = [event for event in session.events_to_send() if isinstance(event, Warned)]
    assert warning.code == WarningCode.AUDIO_GAP
    assert (warning.details, warning.timestamp) == (lost, at(11).wall)
    assert session.entity.audio_chunks_received == 2


def test_finalising_releases_what_waits_behind_gaps() -> None:
    session = recording()
    with pytest.raises(SequenceMismatchError):
        session.receive_chunk(chunk(2), at(0))
    session.receive_chunk(chunk(5), at(0))
    assert numbers(session.finalize(at(1))) == [2, 5]
    assert session.status is S.FINALIZING
    assert session.input_is_complete
    assert session.deadlines.next_at() is None
    with pytest.raises(InvalidStateError):
        session.receive_chunk(chunk(6), at(2))


def test_a_stopped_session_whose_client_stays_away_gives_its_last_chunks_up() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    session.stop_recording(3, at(1))
    session.connection_lost(at(2))
    assert due(session, 302) == [Deadline.RESUME]
    assert session.finalize(at(302)) == []
    assert session.input_is_complete
    assert session.entity.metadata["lost_audio"][0]["last_sequence_number"] == 3


def test_input_is_complete_only_once_it_is_stopped() -> None:
    session = recording()
    session.receive_chunk(chunk(1), at(0))
    states = [session.input_is_complete]
    session.stop_recording(1, at(1))
    states.append(session.input_is_complete)
    assert states == [False, True]


def test_a_connection_that_ends_after_its_session_changes_nothing() -> None:
    completed, failed = recording(), recording()
    completed.finalize(at(1))
    for session, end in ((completed, completed.complete), (failed, failed.fail)):
        states = [session.is_terminal]
        end()
        session.connection_lost(at(2))
        states.append(session.is_terminal)
        assert states == [False, True]
        assert session.deadlines.next_at() is None
    assert (completed.status, failed.status) == (S.COMPLETED, S.ERROR)


def test_resumptions_are_counted() -> None:
    session = recording(max_reconnects=1)
    session.connection_lost(at(1))
    session.connection_resumed(at(2))
    session.connection_lost(at(3))
    with pytest.raises(TooManyReconnectsError):
        session.connection_resumed(at(4))
    assert session.status is S.RECONNECTING
