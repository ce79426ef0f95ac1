"""What could not be transcribed, as a file to keep: only where the person wants it."""

import sys
from datetime import datetime
from pathlib import Path

import typer

from vivavoz.client import AudioFile, RecordedStream, as_file


def keep_audio(stream: RecordedStream, path: Path | None) -> None:
    """Write the recording to ``path``; without one, ask on a terminal."""
    file = as_file(stream)
    if path is None:
        path = _asked_for(file)
    if path is None:
        typer.echo("The audio that could not be transcribed was not kept.", err=True)
        return
    path.write_bytes(file.content)
    typer.echo(f"The audio is kept: vivavoz transcribe {path}", err=True)


def _asked_for(file: AudioFile) -> Path | None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo("In a pipe, --keep-audio FILE keeps what cannot be transcribed.", err=True)
        return None
    path = Path(f"vivavoz-{datetime.now().astimezone():%Y%m%d-%H%M%S}.{file.extension}")
    wanted = typer.confirm(
        f"A part of what you said is not text yet. Keep its audio as {path}?", default=True
    )
    return path if wanted else None
