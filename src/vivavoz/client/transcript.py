"""What a reader has in front of them: confirmed text, and the partial behind it. [pure]"""

from vivavoz.session.events import (
    ServerEvent,
    SessionCompleted,
    SessionResumed,
    TranscriptionFinal,
    TranscriptionPartial,
)


class LiveTranscript:
    """The text of one session as its events tell it."""

    def __init__(self) -> None:
        self.confirmed_text = ""
        self.partial_text = ""

    def receive(self, event: ServerEvent) -> None:
        """Take one event; those without text change nothing."""
        match event:
            case TranscriptionPartial():
                self.partial_text = event.result.text_content
            case TranscriptionFinal():
                self.confirmed_text = f"{self.confirmed_text} {event.result.text_content}".strip()
                self.partial_text = ""
            case SessionResumed():
                self.confirmed_text = event.confirmed_text
                self.partial_text = event.partial_text
            case SessionCompleted():
                self.confirmed_text = event.confirmed_text
                self.partial_text = ""
            case _:
                pass
