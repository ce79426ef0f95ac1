"""What a person sees while they dictate: final text, grey text below it, one line of status."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from vivavoz.cli.console import console
from vivavoz.client import UPLOADED, Link, LiveTranscript, VivavozClient
from vivavoz.session.events import Failed, ServerEvent, SessionCompleted, Warned

_REFRESH_PER_SECOND = 8
_LINK_SENTENCES = {
    Link.WAITING: "The connection is lost. Keep talking: what you say is kept until it is back.",
    Link.BLOCKED: "The server does not answer. Keep talking: what you say is kept here and "
    "transcribed once it is back.",
    Link.OPEN: "The connection is back; nothing is lost.",
    Link.GONE: "The server is back but has closed this dictation. Keep talking: the rest is "
    "transcribed when you stop.",
    Link.UPLOADING: "The rest of the recording is being transcribed…",
}
_LINK_STATUS = {
    Link.BLOCKED: "recording without the server",
    Link.GONE: "recording; transcribed at the end",
}


class DictationView(Protocol):
    """Shows one dictation."""

    def waiting_for_model(self) -> None:
        """The server is there, its model not yet."""

    def connected(self, client: VivavozClient) -> None:
        """Recording begins."""

    def link_changed(self, link: Link) -> None:
        """The connection was lost, or came back, or will not."""

    def show(self, event: ServerEvent) -> None:
        """Something came from the server."""

    def finishing(self) -> None:
        """Recording has ended; the last words are being transcribed."""

    def finished(self, completed: SessionCompleted) -> None:
        """The whole text is there."""


@contextmanager
def open_view(microphone_name: str) -> Iterator[DictationView]:
    """A live view on a terminal, plain lines in a pipe."""
    if not sys.stdout.isatty():
        yield PipeView()
        return
    view = TerminalView(microphone_name)
    with view.live:
        yield view


class _LinkNotes:
    """One sentence for each change that a person has to know of."""

    def __init__(self) -> None:
        self._told = Link.OPEN

    def about(self, link: Link) -> str:
        """What to say of it; nothing if that was said already."""
        if link not in _LINK_SENTENCES or link is self._told:
            return ""
        if link is Link.WAITING and self._told is Link.BLOCKED:
            return ""
        self._told = link
        return _LINK_SENTENCES[link]


class _ConfirmedLines:
    """Confirmed text, each piece once, even after a lost connection."""

    def __init__(self) -> None:
        self._transcript = LiveTranscript()
        self._printed_characters = 0

    @property
    def partial_text(self) -> str:
        """Text that may still change."""
        return self._transcript.partial_text

    def new_after(self, event: ServerEvent) -> str:
        """What ``event`` confirmed."""
        self._transcript.receive(event)
        confirmed = self._transcript.confirmed_text
        new = confirmed[self._printed_characters :]
        self._printed_characters = max(self._printed_characters, len(confirmed))
        return new.strip()


class PipeView:
    """Final text on standard output, line by line; everything else on standard error."""

    def __init__(self) -> None:
        self._lines = _ConfirmedLines()
        self._link_notes = _LinkNotes()
        self._notes = console(stderr=True)

    def waiting_for_model(self) -> None:
        """Nothing to say in a pipe."""

    def connected(self, client: VivavozClient) -> None:
        self._notes.print("Listening; Ctrl-C ends.")

    def link_changed(self, link: Link) -> None:
        if note := self._link_notes.about(link):
            self._notes.print(note)

    def show(self, event: ServerEvent) -> None:
        if line := self._lines.new_after(event):
            typer.echo(line)
        if note := _note_of(event):
            self._notes.print(note)

    def finishing(self) -> None:
        """Nothing to say in a pipe."""

    def finished(self, completed: SessionCompleted) -> None:
        self._notes.print(_summary(completed))


class TerminalView:
    """The live view."""

    def __init__(self, microphone_name: str) -> None:
        self._microphone_name = microphone_name
        self._lines = _ConfirmedLines()
        self._link_notes = _LinkNotes()
        self._client: VivavozClient | None = None
        self._began_at_s = 0.0
        self._status = Text("◌ Connecting…", style="bright_black")
        self.live = Live(
            console=console(),
            get_renderable=self._render,
            refresh_per_second=_REFRESH_PER_SECOND,
            transient=True,
        )

    def waiting_for_model(self) -> None:
        self._status = Text("◌ The server's model is loading…", style="yellow")

    def connected(self, client: VivavozClient) -> None:
        self._client = client
        self._began_at_s = time.monotonic()
        self._status = Text()

    def link_changed(self, link: Link) -> None:
        if note := self._link_notes.about(link):
            self.live.console.print(Text(note, style="yellow"))

    def show(self, event: ServerEvent) -> None:
        if line := self._lines.new_after(event):
            self.live.console.print(Text(line))
        if note := _note_of(event):
            self.live.console.print(Text(note, style="yellow"))

    def finishing(self) -> None:
        self._status = Text("◌ Finishing… Ctrl-C does not wait for it.", style="yellow")

    def finished(self, completed: SessionCompleted) -> None:
        self.live.console.print(Text(_summary(completed), style="bright_black"))

    def _render(self) -> Group:
        partial = Text(self._lines.partial_text, style="bright_black")
        return Group(*([partial] if partial else []), self._status or self._recording_line())

    def _recording_line(self) -> Text:
        if self._client is None:
            return Text()
        minutes, seconds = divmod(int(time.monotonic() - self._began_at_s), 60)
        clock = Text.assemble(("● ", "red"), (f"{minutes}:{seconds:02}", "bold"))
        if self._client.link is not Link.OPEN:
            doing = _LINK_STATUS.get(self._client.link, "reconnecting; what you say is kept")
            return clock + Text(f"  {doing} · Ctrl-C ends", style="yellow")
        engine = self._client.session.engine.model if self._client.session else ""
        return clock + Text(
            f"  {self._microphone_name} · {engine} · Ctrl-C ends", style="bright_black"
        )


def _note_of(event: ServerEvent) -> str:
    match event:
        case Warned():
            return event.message
        case Failed(error=error) if error.code not in ("SEQUENCE_MISMATCH", "RATE_LIMITED"):
            return error.message
        case _:
            return ""


def _summary(completed: SessionCompleted) -> str:
    if not completed.confirmed_text:
        return "No speech was heard."
    if not completed.saved:
        return "The transcript could not be kept in the history."
    if completed.reason == UPLOADED:
        return "Kept in the history in more than one part: vivavoz history list"
    return f"Kept in the history: vivavoz history show {str(completed.transcript_id)[:8]}"
