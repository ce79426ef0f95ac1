"""What one connection sends, on its way into its session; the same on both transports."""

from collections.abc import Callable

from vivavoz.errors import ClientError
from vivavoz.runtime.connection import Connection, closing_for
from vivavoz.runtime.runner import SessionRunner
from vivavoz.session.events import ClientEvent

_MAX_BROKEN_MESSAGES = 20


class Incoming:
    """Hands a client's events to its session.

    Unreadable messages are answered; a client that sends many of them is cut off. A connection that
    a newer one replaced is not heard any more.
    """

    def __init__(self, runner: SessionRunner, connection: Connection) -> None:
        self.runner = runner
        self._connection = connection
        self._broken = 0

    def take(self, decode: Callable[[], ClientEvent]) -> None:
        """One message came, to be read by ``decode``, which may raise a ``ClientError``."""
        if self.runner.line.connection is not self._connection:
            return
        try:
            event = decode()
        except ClientError as error:
            self._broken += 1
            is_enough = self._broken > _MAX_BROKEN_MESSAGES
            self.runner.line.fail(error, is_the_end=is_enough)
            if is_enough:
                self._connection.close(closing_for(error))
            return
        self.runner.receive(event)

    def end(self) -> None:
        """The connection is gone."""
        self.runner.disconnect(self._connection)
