"""``vivavoz transcribe``: whole files into text."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.console import console
from vivavoz.cli.destinations import STDIN, destinations
from vivavoz.cli.failure import sentence_of
from vivavoz.cli.formats import FormatOption, OutputOption, chosen_format
from vivavoz.cli.settings_options import (
    ComputeTypeOption,
    DeviceOption,
    EngineOption,
    LanguageOption,
    ModelOption,
    ProfileOption,
    settings_from,
)
from vivavoz.history.export import ExportFormat

app = CommandLine()


@app.command()
def transcribe(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Audio or video files; - reads standard input."),
    ],
    export_format: FormatOption = None,
    output: OutputOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    device: DeviceOption = None,
    compute_type: ComputeTypeOption = None,
    language: LanguageOption = None,
    profile: ProfileOption = None,
) -> None:
    """Turn audio or video files into text.

    Text goes to standard output as it is found, progress to standard error; the texts of several
    files stand each under its file's name. The exit code is 0 if
    every file was transcribed, 1 if any failed and 2 for a wrong option.

    **Examples**

    - `vivavoz transcribe meeting.m4a`

    - `vivavoz transcribe interview.mp3 --output interview.srt`

    - `vivavoz transcribe *.mp4 --format srt --output subtitles/`

    - `ffmpeg -i call.amr -f wav - | vivavoz transcribe - --language es`
    """
    settings = settings_from(
        engine=engine,
        model=model,
        device=device,
        compute_type=compute_type,
        language=language,
        profile=profile,
    )
    chosen = chosen_format(export_format, output if len(files) == 1 else None)
    if output is None and len(files) > 1 and chosen is not ExportFormat.TXT:
        raise typer.BadParameter(
            f"Several files as {chosen.value} need a folder: add --output DIR."
        )
    from vivavoz.cli.engine import open_engine
    from vivavoz.cli.file_transcriber import FileTranscriber

    paths = destinations(files, chosen, output)
    _require_writable(paths)
    jobs = [job for job in zip(files, paths, strict=True) if _is_readable(job[0])]
    well = len(jobs) == len(files)
    if jobs:
        with (
            open_engine(settings) as loaded,
            FileTranscriber(loaded, settings, chosen, headed=len(files) > 1) as transcriber,
        ):
            for job in jobs:
                well &= transcriber.transcribe(*job)
    if not well:
        raise typer.Exit(1)


def _is_readable(name: str) -> bool:
    """Whether there is such a file, said before an engine is loaded for nothing."""
    try:
        if name != STDIN:
            Path(name).open("rb").close()
    except OSError as error:
        console(stderr=True).print(f"{name}: {sentence_of(error, name)}", style="red")
        return False
    return True


def _require_writable(paths: Iterable[Path | None]) -> None:
    """An hour of decoding is not to end in a file that cannot be written."""
    for path in filter(None, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
