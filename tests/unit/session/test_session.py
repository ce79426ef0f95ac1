"""One session's rules, with time as an argument and no I/O."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.session.test_order import SESSION_ID, START, chunk, numbers
from vivavoz.errors import (
    IllegalTransitionError,
    InvalidStateError,
    SequenceMismatchError,
    TooManyReconnectsError,
    VivavozError,
)
from vivavoz.session.deadlines import Deadline, Moment
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import Ack, StatusChanged, Warned, WarningCode
from vivavoz.session.limits import SessionRules
from vivavoz.session.records import ContainerStream, DurableMark, UnfinishedSession
from vivavoz.session.session import Session
from vivavoz.settings import Settings

S = SessionStatus
RULES = SessionRules.from_settings(Settings())
WEBM = "audio/webm;codecs=opus"


def at(seconds: float) -> Moment:
    """Seconds after the session was made."""
    return Moment(1000.0 + seconds, START + timedelta(seconds=seconds))


def new_session(**rules: float) -> Session:
    entity = StreamingSession(session_id=SESSION_ID, start_time=START, last_activity=START)
    return Session(entity, replace(RULES, **rules), at(0))  # type: ignore[arg-type]


def recording(**rules: float) -> Session:
    session = new_session(**rules)
    session.connected(at(0))
    session.heard_from_client(at(0))
    session.start_recording(WEBM)
    session.events_to_send()
    return session


def status_of(session: Session) -> SessionStatus:
    return session.status


def due(session: Session, seconds: float) -> list[Deadline]:
    return session.deadlines.pop_due(at(seconds).monotonic_s)


# --- deadlines ------------------------------------------------------------------------------------


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


# --- events of the client -------------------------------------------------------------------------


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
    assert warning.details == lost
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


def test_resumptions_are_counted() -> None:
    session = recording(max_reconnects=1)
    session.connection_lost(at(1))
    session.connection_resumed(at(2))
    session.connection_lost(at(3))
    with pytest.raises(TooManyReconnectsError):
        session.connection_resumed(at(4))
    assert session.status is S.RECONNECTING


# --- after a restart ------------------------------------------------------------------------------


def taken_up(stream: ContainerStream | None, mark: DurableMark, *, seconds: float = 100) -> Session:
    """What another process recorded, ``seconds`` after it began."""
    entity = StreamingSession(
        session_id=SESSION_ID, status=S.RECONNECTING, start_time=START, last_activity=START
    )
    return Session(
        entity, RULES, at(seconds), UnfinishedSession(entity, "hash", None, stream, mark)
    )


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


# --- anything in any order ------------------------------------------------------------------------


class AnySession(RuleBasedStateMachine):
    """A clumsy client, a clumsy network and time that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.session = new_session(gap_timeout_s=5.0, reorder_window_chunks=4)
        self.now_s = 0.0
        self.released: list[int] = []
        self.lost: set[int] = set()
        self.is_attached = False
        self.status = self.session.status

    def _moment(self) -> Moment:
        return at(self.now_s)

    @precondition(lambda self: self.session.status is S.CONNECTING)
    @rule()
    def connect(self) -> None:
        self.session.connected(self._moment())
        self.is_attached = True

    @precondition(lambda self: self.is_attached and not self.session.is_terminal)
    @rule()
    def lose_connection(self) -> None:
        self.session.connection_lost(self._moment())
        self.is_attached = False

    @precondition(
        lambda self: self.session.status is not S.CONNECTING and not self.session.is_terminal
    )
    @rule()
    def come_back(self) -> None:
        working = self.session.working_status
        self.session.connection_resumed(self._moment())
        self.is_attached = True
        assert self.session.status is working

    @precondition(lambda self: self.is_attached and not self.session.is_terminal)
    @rule(
        event=st.sampled_from(["start", "pause", "end", "resume", "next", "stop"]),
        last=st.integers(0, 12),
    )
    def control(self, event: str, last: int) -> None:
        before = self.session.status
        try:
            match event:
                case "start":
                    self.session.start_recording(WEBM)
                case "pause" | "end":
                    self.session.pause_recording(stream_ended=event == "end")
                case "resume" | "next":
                    self.session.resume_recording(WEBM if event == "next" else None)
                case _:
                    self.session.stop_recording(last, self._moment())
        except VivavozError:
            assert self.session.status is before

    @precondition(lambda self: self.is_attached and not self.session.is_terminal)
    @rule(number=st.integers(1, 12))
    def send_chunk(self, number: int) -> None:
        before = self.session.intake.received_sequence_number
        try:
            self.released += numbers(self.session.receive_chunk(chunk(number), self._moment()))
        except SequenceMismatchError:
            assert self.session.intake.expected_sequence_number == before + 1
        except VivavozError:
            assert self.session.intake.received_sequence_number == before
        self.session.acknowledge(0, may_send_more=True)

    @rule(seconds=st.sampled_from([1.0, 6.0, 100.0]))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        for deadline in self.session.deadlines.pop_due(self._moment().monotonic_s):
            if deadline is Deadline.GAP:
                assert self.is_attached
                self.released += numbers(self.session.declare_gap(self._moment()))
            elif deadline is Deadline.RESUME:
                assert not self.is_attached
                self._finalize()

    @precondition(lambda self: self.session.input_is_complete)
    @rule()
    def transcribed(self) -> None:
        self.session.complete()

    @precondition(lambda self: not self.session.is_terminal)
    @rule()
    def break_off(self) -> None:
        self.session.fail()
        assert self.session.status is S.ERROR

    def _finalize(self) -> None:
        try:
            self.released += numbers(self.session.finalize(self._moment()))
        except IllegalTransitionError:
            assert self.session.working_status in (S.CONNECTING, S.CONNECTED)

    @invariant()
    def what_was_released_is_gapless_apart_from_declared_losses(self) -> None:
        lost = {
            number
            for gap in self.session.entity.metadata.get("lost_audio", [])
            for number in range(gap["first_sequence_number"], gap["last_sequence_number"] + 1)
        }
        assert self.released == sorted(set(self.released))
        received = self.session.intake.received_sequence_number
        assert not lost & set(self.released)
        assert set(range(1, received + 1)) <= lost | set(self.released)
        assert self.session.entity.audio_chunks_received == len(self.released)

    @invariant()
    def the_last_word_on_the_status_was_said(self) -> None:
        for event in self.session.events_to_send():
            if isinstance(event, StatusChanged):
                assert event.previous is self.status
                self.status = event.status
        assert self.status is self.session.status is self.session.entity.status

    @invariant()
    def who_waits_has_a_deadline(self) -> None:
        session = self.session
        if session.is_terminal:
            assert session.deadlines.next_at() is None
        elif not session.input_is_complete:
            assert session.deadlines.next_at() is not None


AnySession.TestCase.settings = settings(max_examples=120, stateful_step_count=40)
TestAnySession = AnySession.TestCase
