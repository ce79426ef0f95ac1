"""Everything about a session's states: one table, and one method that moves through it."""

from collections.abc import Mapping

from vivavoz.errors import IllegalTransitionError
from vivavoz.session.entities import SessionStatus
from vivavoz.session.entities import SessionStatus as S

TRANSITIONS: Mapping[SessionStatus, frozenset[SessionStatus]] = {
    S.CONNECTING: frozenset({S.CONNECTED, S.RECONNECTING, S.ERROR}),
    S.CONNECTED: frozenset({S.RECORDING, S.RECONNECTING, S.ERROR}),
    S.RECORDING: frozenset({S.PAUSED, S.FINALIZING, S.RECONNECTING, S.ERROR}),
    S.PAUSED: frozenset({S.RECORDING, S.FINALIZING, S.RECONNECTING, S.ERROR}),
    S.RECONNECTING: frozenset(
        {S.CONNECTING, S.CONNECTED, S.RECORDING, S.PAUSED, S.FINALIZING, S.ERROR}
    ),
    S.FINALIZING: frozenset({S.COMPLETED, S.RECONNECTING, S.ERROR}),
    S.COMPLETED: frozenset(),
    S.ERROR: frozenset(),
}

TERMINAL: frozenset[SessionStatus] = frozenset(
    status for status, successors in TRANSITIONS.items() if not successors
)

_FINALIZABLE = frozenset({S.RECORDING, S.PAUSED, S.FINALIZING})


class SessionState:
    """The present status, and the one held before a connection was lost.

    Out of ``reconnecting`` only three ways lead: back to the status held before, on to
    ``finalizing`` where that status could be finalised, and to ``error``.
    """

    def __init__(self, status: SessionStatus = S.CONNECTING) -> None:
        self.status = status
        self.held: SessionStatus | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether no status can follow."""
        return self.status in TERMINAL

    def allows(self, status: SessionStatus) -> bool:
        """Whether ``status`` may follow the present one."""
        if status not in TRANSITIONS[self.status]:
            return False
        if self.status is not S.RECONNECTING or status is S.ERROR:
            return True
        return status is self.held or (status is S.FINALIZING and self.held in _FINALIZABLE)

    def move_to(self, status: SessionStatus) -> None:
        """Take ``status`` as the present one.

        Raises:
            IllegalTransitionError: ``status`` may not follow; nothing was changed.
        """
        if not self.allows(status):
            raise IllegalTransitionError(
                f"A session that is {self.status} cannot become {status}.",
                status=self.status.value,
                requested=status.value,
            )
        self.held = self.status if status is S.RECONNECTING else None
        self.status = status

    def resume(self) -> None:
        """Return from ``reconnecting`` to the status held before it.

        Raises:
            IllegalTransitionError: the session is not reconnecting.
        """
        if self.held is None:
            raise IllegalTransitionError(
                f"A session that is {self.status} has nothing to resume.",
                status=self.status.value,
            )
        self.move_to(self.held)
