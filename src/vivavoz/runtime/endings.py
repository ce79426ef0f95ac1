"""What is remembered of sessions that have ended, for clients that missed the end."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from vivavoz.errors import SessionNotFoundError
from vivavoz.runtime.connection import COMPLETED, Connection
from vivavoz.session.events import SessionCompleted
from vivavoz.session.records import AWAY_OUTCOMES

_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session ended, and who may know. None ``completed``: with an error."""

    user_id: str | None
    token_hash: str
    completed: SessionCompleted | None

    @property
    def may_go_on(self) -> bool:
        """Whether it was saved while its client was away."""
        return self.completed is not None and self.completed.reason in AWAY_OUTCOMES

    def tell(self, connection: Connection) -> None:
        """Say good-bye to a client that comes back too late.

        Raises:
            SessionNotFoundError: there is no good end to tell of.
        """
        if self.completed is None:
            raise SessionNotFoundError("This session ended with an error; start a new one.")
        connection.send(self.completed)
        connection.close(COMPLETED)


class Endings:
    """The latest thousand of them."""

    def __init__(self) -> None:
        self._by_session: OrderedDict[UUID, Ending] = OrderedDict()

    def of(self, session_id: UUID) -> Ending | None:
        """How that session ended, if it did and is remembered."""
        return self._by_session.get(session_id)

    def remember(self, session_id: UUID, ending: Ending) -> None:
        """A session has ended; the oldest ending makes room."""
        self._by_session[session_id] = ending
        if len(self._by_session) > _REMEMBERED:
            self._by_session.popitem(last=False)

    def forget(self, session_id: UUID) -> None:
        """The session goes on after all."""
        self._by_session.pop(session_id, None)
