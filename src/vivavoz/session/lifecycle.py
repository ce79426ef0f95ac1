"""A session's status on its way: every change reaches the entity and is told. [pure]"""

from collections.abc import Callable

from vivavoz.errors import InvalidStateError
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import StatusChanged
from vivavoz.session.state import SessionState


class Lifecycle:
    """The one place where a session's status changes.

    Args:
        entity: whose status is kept up to date.
        status: where the way begins.
        announce: told each change.
    """

    def __init__(
        self,
        entity: StreamingSession,
        status: SessionStatus,
        announce: Callable[[StatusChanged], None],
    ) -> None:
        self._entity = entity
        self._state = SessionState(status)
        self._announce = announce

    @property
    def status(self) -> SessionStatus:
        """The present status."""
        return self._state.status

    @property
    def working_status(self) -> SessionStatus:
        """The status apart from the connection: the one held while reconnecting."""
        return self._state.held or self._state.status

    @property
    def is_terminal(self) -> bool:
        """Whether no status can follow."""
        return self._state.is_terminal

    def require(self, status: SessionStatus, done: str) -> None:
        """Make sure that the session is in this status, in which alone it can be ``done``.

        Raises:
            InvalidStateError: it is in another.
        """
        if self.status is not status:
            raise InvalidStateError(
                f"Only a session that is {status} can be {done}; this one is {self.status}.",
                status=self.status.value,
            )

    def move_to(self, status: SessionStatus) -> None:
        """Take ``status`` as the present one.

        Raises:
            IllegalTransitionError: it may not follow; nothing was changed.
        """
        previous = self.status
        self._state.move_to(status)
        self._changed(previous)

    def leave_reconnecting(self) -> None:
        """Return to the status held before the connection was lost, if it was."""
        if self.status is SessionStatus.RECONNECTING:
            self._state.resume()
            self._changed(SessionStatus.RECONNECTING)

    def _changed(self, previous: SessionStatus) -> None:
        self._entity.status = self.status
        self._announce(
            StatusChanged(session_id=self._entity.session_id, status=self.status, previous=previous)
        )
