"""What a session says to its client, over whichever connection there is."""

from collections.abc import Iterable

from vivavoz.errors import SessionReplacedError, VivavozError
from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.runtime.connection import Closing, Connection, closing_for
from vivavoz.runtime.engine_facts import engine_info, session_limits
from vivavoz.runtime.services import Services
from vivavoz.session.events import ServerEvent, SessionCreated, SessionResumed
from vivavoz.session.session import Session


class ClientLine:
    """The session's end of the line; without a connection, what is sent is dropped: a client that
    resumes is told where things stand.

    Args:
        session: whose client it is.
        services: the server's.
        capabilities: of the engine in use.
    """

    def __init__(
        self, session: Session, services: Services, capabilities: EngineCapabilities
    ) -> None:
        self._session = session
        self._services = services
        self._engine = engine_info(capabilities)
        self._limits = session_limits(services.settings, session.entity.duration_limit)
        self.connection: Connection | None = None

    def greet(self, connection: Connection, resume_token: str) -> None:
        """A first connection: tell it the session and its secret."""
        self.connection = connection
        entity = self._session.entity
        connection.send(
            SessionCreated(
                session_id=entity.session_id,
                status=entity.status,
                start_time=entity.start_time,
                resume_token=resume_token,
                epoch=self._services.epoch,
                engine=self._engine,
                limits=self._limits,
            )
        )

    def welcome_back(self, connection: Connection) -> None:
        """A later connection takes the place of any other: tell it where things stand."""
        self._services.counters.resumes.inc()
        if self.connection is not None:
            replaced = SessionReplacedError(
                "This session was taken over by a newer connection; use that one."
            )
            self.fail(replaced)
            self.close(closing_for(replaced))
        self.connection = connection
        entity = self._session.entity
        connection.send(
            SessionResumed(
                session_id=entity.session_id,
                status=entity.status,
                epoch=self._services.epoch,
                next_sequence_number=self._session.intake.expected_sequence_number,
                received_sequence_number=self._session.intake.received_sequence_number,
                durable_sequence_number=self._session.durable.sequence_number,
                confirmed_text=entity.confirmed_text,
                partial_text=entity.partial_text,
                engine=self._engine,
                limits=self._limits,
            )
        )

    def send(self, event: ServerEvent) -> None:
        """Send an event, if anybody listens."""
        if self.connection is not None:
            self.connection.send(event)

    def send_all(self, events: Iterable[ServerEvent]) -> None:
        """Send events in order."""
        for event in events:
            self.send(event)

    def fail(self, error: VivavozError, *, is_the_end: bool = False) -> None:
        """Tell an error; ``is_the_end``: the connection closes after it."""
        self.send(self._services.counters.failure(error, is_the_end=is_the_end))

    def close(self, closing: Closing) -> None:
        """Close the connection, if there is one."""
        if self.connection is not None:
            self.connection.close(closing)
