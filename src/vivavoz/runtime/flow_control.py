"""When a session's client may send more."""

from vivavoz.runtime.line import ClientLine
from vivavoz.runtime.recording import Recording
from vivavoz.session.session import Session


class FlowControl:
    """Acknowledges chunks: at once while the decoder keeps up with them, otherwise when it has
    caught up, since a client sends only so many that are not acknowledged.

    Args:
        session: whose chunks these are.
        recording: where they go.
        line: to the client.
    """

    def __init__(self, session: Session, recording: Recording, line: ClientLine) -> None:
        self._session = session
        self._recording = recording
        self._line = line
        self._ack_is_due = False

    def chunk_came(self) -> None:
        """What is in order went to the decoder."""
        self._acknowledge_if_keeping_up()

    def audio_decoded(self) -> None:
        """The decoder came further."""
        if self._ack_is_due:
            self._acknowledge_if_keeping_up()

    def acknowledge(self) -> None:
        """Tell how far the audio has come: in any case how much of it is durable."""
        self._session.acknowledge(
            self._recording.pending_chunks, may_send_more=self._recording.is_keeping_up
        )
        self._line.send_all(self._session.events_to_send())

    def _acknowledge_if_keeping_up(self) -> None:
        self._ack_is_due = not self._recording.is_keeping_up
        if not self._ack_is_due:
            self.acknowledge()
