"""The states of a session: a specification of the table, and walks through it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vivavoz.errors import IllegalTransitionError
from vivavoz.session.entities import SessionStatus
from vivavoz.session.entities import SessionStatus as S
from vivavoz.session.state import TERMINAL, TRANSITIONS, SessionState

LIVE = [status for status in S if status not in {S.COMPLETED, S.ERROR, S.RECONNECTING}]
FORWARD = {
    (S.CONNECTING, S.CONNECTED),
    (S.CONNECTED, S.RECORDING),
    (S.RECORDING, S.PAUSED),
    (S.PAUSED, S.RECORDING),
    (S.RECORDING, S.FINALIZING),
    (S.PAUSED, S.FINALIZING),
    (S.FINALIZING, S.COMPLETED),
}
"""The ways of a session whose connection holds and in which nothing fails."""


def reconnecting_from(held: SessionStatus) -> SessionState:
    """A session whose connection was lost while it was ``held``."""
    state = SessionState(held)
    state.move_to(S.RECONNECTING)
    return state


def every_state() -> list[SessionState]:
    """Each status, and ``reconnecting`` once for each status it can have been reached from."""
    plain = [SessionState(status) for status in S if status is not S.RECONNECTING]
    return plain + [reconnecting_from(status) for status in LIVE]


def test_every_status_is_in_the_table() -> None:
    assert TRANSITIONS.keys() == set(S)


def test_the_ways_while_the_connection_holds() -> None:
    ways = {(a, b) for a in LIVE for b in TRANSITIONS[a] if b not in {S.RECONNECTING, S.ERROR}}
    assert ways == FORWARD


@pytest.mark.parametrize("status", [*LIVE, S.RECONNECTING])
def test_everything_alive_may_fail(status: SessionStatus) -> None:
    assert S.ERROR in TRANSITIONS[status]


@pytest.mark.parametrize("status", LIVE)
def test_a_lost_connection_may_come_back_to_the_status_held_before(status: SessionStatus) -> None:
    state = reconnecting_from(status)
    assert (state.status, state.held) == (S.RECONNECTING, status)
    state.resume()
    assert (state.status, state.held) == (status, None)


@pytest.mark.parametrize("status", LIVE)
def test_a_lost_connection_leads_nowhere_else(status: SessionStatus) -> None:
    state = reconnecting_from(status)
    ways = {target for target in S if state.allows(target)}
    can_be_finalized = status in {S.RECORDING, S.PAUSED, S.FINALIZING}
    assert ways == {status, S.ERROR} | ({S.FINALIZING} if can_be_finalized else set())


@pytest.mark.parametrize("status", S)
def test_only_completed_and_error_are_terminal(status: SessionStatus) -> None:
    assert SessionState(status).is_terminal == (status in {S.COMPLETED, S.ERROR})
    assert (status in TERMINAL) == (status in {S.COMPLETED, S.ERROR})


@pytest.mark.parametrize("state", every_state(), ids=lambda s: f"{s.status}-{s.held}")
def test_an_illegal_transition_raises_and_changes_nothing(state: SessionState) -> None:
    before = (state.status, state.held)
    refused = [target for target in S if not state.allows(target)]
    assert refused
    for target in refused:
        with pytest.raises(IllegalTransitionError, match=f"cannot become {target}") as raised:
            state.move_to(target)
        assert raised.value.details == {"status": before[0].value, "requested": target.value}
        assert (state.status, state.held) == before


@pytest.mark.parametrize("status", [s for s in S if s is not S.RECONNECTING])
def test_nothing_to_resume_raises_and_changes_nothing(status: SessionStatus) -> None:
    state = SessionState(status)
    with pytest.raises(IllegalTransitionError, match="nothing to resume") as refused:
        state.resume()
    assert refused.value.details == {"status": status.value}
    assert (state.status, state.held) == (status, None)


@pytest.mark.parametrize("state", every_state(), ids=lambda s: f"{s.status}-{s.held}")
def test_every_state_reaches_a_good_end_or_an_error(state: SessionState) -> None:
    def reachable(status: SessionStatus, held: SessionStatus | None) -> set[SessionStatus]:
        seen = {(status, held)}
        waiting = [(status, held)]
        while waiting:
            origin = waiting.pop()
            for target in S:
                next_state = SessionState(origin[0])
                next_state.held = origin[1]
                if next_state.allows(target):
                    next_state.move_to(target)
                    reached = (next_state.status, next_state.held)
                    waiting += [reached] if reached not in seen else []
                    seen.add(reached)
        return {status for status, _ in seen}

    ends = reachable(state.status, state.held) & TERMINAL
    assert ends == ({state.status} if state.is_terminal else {S.COMPLETED, S.ERROR})


@given(st.lists(st.sampled_from(S)))
def test_a_walk_takes_only_ways_of_the_table(targets: list[SessionStatus]) -> None:
    state = SessionState()
    for target in targets:
        before = state.status
        if state.allows(target):
            state.move_to(target)
            assert state.status is target
            assert target in TRANSITIONS[before]
        else:
            with pytest.raises(IllegalTransitionError):
                state.move_to(target)
            assert state.status is before


class LossyConnection(RuleBasedStateMachine):
    """A session whose connection comes and goes, beside a plain account of where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.state = SessionState()
        self.expected: SessionStatus = S.CONNECTING
        self.lost_while: SessionStatus | None = None

    @precondition(lambda self: self.lost_while is None)
    @rule(status=st.sampled_from([s for s in S if s is not S.RECONNECTING]))
    def go_on(self, status: SessionStatus) -> None:
        if (self.expected, status) in FORWARD or (status is S.ERROR and self.expected in LIVE):
            self.state.move_to(status)
            self.expected = status
        else:
            with pytest.raises(IllegalTransitionError):
                self.state.move_to(status)

    @precondition(lambda self: self.lost_while is None and self.expected in LIVE)
    @rule()
    def lose_the_connection(self) -> None:
        self.lost_while = self.expected
        self.state.move_to(S.RECONNECTING)
        self.expected = S.RECONNECTING

    @precondition(lambda self: self.lost_while is not None)
    @rule()
    def lose_it_twice(self) -> None:
        with pytest.raises(IllegalTransitionError):
            self.state.move_to(S.RECONNECTING)

    @precondition(lambda self: self.lost_while is not None)
    @rule()
    def come_back(self) -> None:
        assert self.lost_while is not None
        self.state.resume()
        self.expected, self.lost_while = self.lost_while, None

    @precondition(lambda self: self.lost_while in {S.RECORDING, S.PAUSED, S.FINALIZING})
    @rule()
    def give_up_waiting(self) -> None:
        self.state.move_to(S.FINALIZING)
        self.expected, self.lost_while = S.FINALIZING, None

    @invariant()
    def stands_where_it_should(self) -> None:
        assert (self.state.status, self.state.held) == (self.expected, self.lost_while)


TestLossyConnection = LossyConnection.TestCase
