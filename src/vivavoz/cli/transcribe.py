"""``vivavoz transcribe``: whole files into text."""

from pathlib import Path
from typing import Annotated

import typer

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

app = typer.Typer(rich_markup_mode="markdown", add_completion=False)


@app.command()
def transcribe(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Audio or video files; - reads standard input."),
    ],
    export_format: Annotated[
        ExportFormat, typer.Option("--format", "-f", help="What to write.")
    ] = ExportFormat.TXT,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|DIR",
            help="Where to write: a file, or a folder for one file each.",
            show_default="standard output",
        ),
    ] = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    device: DeviceOption = None,
    compute_type: ComputeTypeOption = None,
    language: LanguageOption = None,
    profile: ProfileOption = None,
) -> None:
    """Turn audio or video files into text.

    Text goes to standard output as it is found, progress to standard error. The exit code is 0 if
    every file was transcribed, 1 if any failed and 2 for a wrong option.

    **Examples**

    - `vivavoz transcribe meeting.m4a`

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
    if output is None and len(files) > 1 and export_format is not ExportFormat.TXT:
        raise typer.BadParameter(
            f"Several files as {export_format.value} need a folder: add --output DIR."
        )
    from vivavoz.cli.destinations import destinations
    from vivavoz.cli.engine import open_engine
    from vivavoz.cli.file_transcriber import FileTranscriber

    paths = destinations(files, export_format, output)
    with (
        open_engine(settings) as loaded,
        FileTranscriber(loaded, settings, export_format) as transcriber,
    ):
        well = [transcriber.transcribe(*job) for job in zip(files, paths, strict=True)]
    if not all(well):
        raise typer.Exit(1)
