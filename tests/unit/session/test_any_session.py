"""A session whose client sends anything in any order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.session.sessions import WEBM, at, chunk, new_session, numbers
from vivavoz.errors import IllegalTransitionError, SequenceMismatchError, VivavozError
from vivavoz.session.deadlines import Deadline, Moment
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import StatusChanged

S = SessionStatus


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
