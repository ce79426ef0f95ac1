"""What one connection sends, on its way into its session; the same on both transports."""

from collections.abc import Callable

from vivavoz.errors import ClientError
from vivavoz.runtime.connection import CloseCode, Connection
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
            self.runner.line.fail(error)
            self._broken += 1
            if self._broken > _MAX_BROKEN_MESSAGES:
                self._connection.close(CloseCode.BAD_CLIENT)
            return
        self.runner.receive(event)

    def end(self) -> None:
        """The connection is gone."""
        self.runner.disconnect(self._connection)
