"""What a reader has in front of them: confirmed text, and the partial behind it. [pure]"""

from vivavoz.session.events import (
    ServerEvent,
    SessionCompleted,
    SessionCreated,
    SessionResumed,
    TranscriptionFinal,
    TranscriptionPartial,
)


class LiveTranscript:
    """The text of one session as its events tell it."""

    def __init__(self) -> None:
        self.confirmed_text = ""
        self.partial_text = ""
        self._ends: list[tuple[int, float]] = []
        """Of every final: how long the text was with it, and its end in seconds of audio."""

    @property
    def confirmed_until_s(self) -> float:
        """The end of the last confirmed final that came, in seconds of the session's audio."""
        return self._ends[-1][1] if self._ends else 0.0

    def receive(self, event: ServerEvent) -> None:
        """Take one event; those without text change nothing."""
        match event:
            case TranscriptionPartial():
                self.partial_text = event.result.text_content
            case TranscriptionFinal():
                text = f"{self.confirmed_text} {event.result.text_content}".strip()
                self._confirm(text)
                self._ends.append((len(text), event.result.end_time))
            case SessionResumed():
                self._confirm(event.confirmed_text)
                self.partial_text = event.partial_text
            case SessionCreated():  # a session that begins anew is heard from its start
                self._confirm("")
            case SessionCompleted():
                self._confirm(event.confirmed_text)
                self._ends.append((len(event.confirmed_text), event.duration_s))
            case _:
                pass

    def _confirm(self, text: str) -> None:
        """A server that was killed may have lost its newest finals: it will say them again."""
        self.confirmed_text = text
        self.partial_text = ""
        self._ends = [end for end in self._ends if end[0] <= len(text)]
