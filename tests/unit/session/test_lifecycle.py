"""A status that changes in one place, and is told each time."""

import pytest

from tests.unit.session.sessions import SESSION_ID
from vivavoz.errors import IllegalTransitionError, InvalidStateError
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import StatusChanged
from vivavoz.session.lifecycle import Lifecycle


class Life:
    """A lifecycle, its entity and all that it told."""

    def __init__(self, status: SessionStatus) -> None:
        self.entity = StreamingSession(session_id=SESSION_ID, status=status)
        self.told: list[StatusChanged] = []
        self.cycle = Lifecycle(self.entity, status, self.told.append)

    @property
    def moves(self) -> list[tuple[SessionStatus, SessionStatus]]:
        """From where to where, as told."""
        assert {change.session_id for change in self.told} <= {SESSION_ID}
        return [(change.previous, change.status) for change in self.told]


def test_a_change_reaches_the_entity_and_is_told_once() -> None:
    life = Life(SessionStatus.RECORDING)
    life.cycle.move_to(SessionStatus.PAUSED)
    assert life.cycle.status is life.entity.status is SessionStatus.PAUSED
    assert life.moves == [(SessionStatus.RECORDING, SessionStatus.PAUSED)]


def test_a_change_that_is_not_allowed_is_neither_made_nor_told() -> None:
    life = Life(SessionStatus.CONNECTED)
    with pytest.raises(IllegalTransitionError):
        life.cycle.move_to(SessionStatus.COMPLETED)
    assert life.cycle.status is life.entity.status is SessionStatus.CONNECTED
    assert life.told == []


def test_who_lost_its_connection_works_on_where_it_was_and_returns_there() -> None:
    life = Life(SessionStatus.PAUSED)
    life.cycle.move_to(SessionStatus.RECONNECTING)
    assert life.cycle.working_status is SessionStatus.PAUSED
    life.cycle.leave_reconnecting()
    assert life.cycle.status is life.entity.status is SessionStatus.PAUSED
    assert life.moves == [
        (SessionStatus.PAUSED, SessionStatus.RECONNECTING),
        (SessionStatus.RECONNECTING, SessionStatus.PAUSED),
    ]


def test_who_kept_its_connection_has_nothing_to_leave() -> None:
    life = Life(SessionStatus.RECORDING)
    life.cycle.leave_reconnecting()
    assert life.cycle.status is life.cycle.working_status is SessionStatus.RECORDING
    assert life.told == []


def test_a_required_status_is_named_with_the_one_there_is() -> None:
    life = Life(SessionStatus.PAUSED)
    life.cycle.require(SessionStatus.PAUSED, "resumed")
    with pytest.raises(InvalidStateError, match="is recording can be paused; this one is paused"):
        life.cycle.require(SessionStatus.RECORDING, "paused")
