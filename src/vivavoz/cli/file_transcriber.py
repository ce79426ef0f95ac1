"""Files one after the other: progress on standard error, text where it belongs."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from vivavoz.audio.file import open_audio_file
from vivavoz.cli.console import console
from vivavoz.cli.destinations import STDIN
from vivavoz.cli.failure import sentence_of
from vivavoz.cli.recording_text import RecordingText
from vivavoz.errors import VivavozError
from vivavoz.history.export import ExportFormat
from vivavoz.history.transcripts import Segment
from vivavoz.recognition.engine import Engine
from vivavoz.settings import Settings


class FileTranscriber:
    """Shows a progress bar while its context lasts.

    Args:
        engine: who decodes.
        settings: language and recognition settings.
        export_format: what to write.
        headed: whether a text on standard output stands under its file's name.
    """

    def __init__(
        self, engine: Engine, settings: Settings, export_format: ExportFormat, *, headed: bool
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._format = export_format
        self._headed = headed
        self._wrote = False
        notes = console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", style="bold"),
            BarColumn(),
            TextColumn("{task.fields[position]}"),
            TimeRemainingColumn(),
            console=notes,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not notes.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def transcribe(self, name: str, destination: Path | None) -> bool:
        """Transcribe one file, ``-`` for standard input; whether all of it went well. What was
        transcribed before something went wrong is written all the same."""
        shown_name = "standard input" if name == STDIN else name
        text = RecordingText(name, self._engine, self._settings)
        streams = destination is None and self._format is ExportFormat.TXT
        task = self._progress.add_task(Path(shown_name).name, total=None, position="")
        failure: VivavozError | OSError | None = None
        try:
            for number, segment in enumerate(self._segments(name, text, task)):
                if streams:
                    if number == 0 and self._headed:
                        self._head(shown_name)
                    self._write_line(segment.text)
        except BrokenPipeError:
            raise
        except (VivavozError, OSError) as error:
            failure = error
        self._progress.remove_task(task)
        if failure is not None:
            self._say(f"{shown_name}: {sentence_of(failure, shown_name)}", "red")
        elif text.is_empty:
            self._say(f"{shown_name}: no speech was found.", "yellow")
        if not streams and not (failure and text.is_empty):
            self._deliver(text.written_as(self._format), destination)
        return failure is None

    def _segments(self, name: str, text: RecordingText, task: TaskID) -> Iterator[Segment]:
        recording = sys.stdin.buffer.read() if name == STDIN else Path(name)
        with open_audio_file(recording) as audio:
            self._progress.update(task, total=audio.duration_s)

            def show(audio_s: float) -> None:
                self._progress.update(
                    task, completed=audio_s, position=_position(audio_s, audio.duration_s)
                )

            yield from text.segments(audio.blocks, show)

    def _head(self, name: str) -> None:
        """As ``head`` does it for several files."""
        if self._wrote:
            self._write_line("")
        self._write_line(f"==> {name} <==")
        self._wrote = True

    def _write_line(self, line: str) -> None:
        """Text that appears on the same terminal as the bar has to go above it."""
        if sys.stdout.isatty() and not self._progress.disable:
            self._progress.console.print(line)
        else:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def _say(self, sentence: str, colour: str) -> None:
        self._progress.console.print(sentence, style=colour)

    def _deliver(self, content: bytes, destination: Path | None) -> None:
        if destination is None:
            self._progress.stop()
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        else:
            destination.write_bytes(content)
            self._say(f"Written: {destination}", "green")


def _position(audio_s: float, duration_s: float | None) -> str:
    whole = f" / {_clock(duration_s)}" if duration_s else ""
    return f"{_clock(audio_s)}{whole}"


def _clock(seconds: float) -> str:
    minutes, whole_seconds = divmod(int(seconds), 60)
    return f"{minutes}:{whole_seconds:02}"
