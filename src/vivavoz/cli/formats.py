"""Which format a command writes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vivavoz.history.export import ExportFormat

FormatOption = Annotated[
    ExportFormat | None,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        help="What to write: txt, srt, vtt, json or docx.",
        show_default="by --output, else txt",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|DIR",
        help="Where to write: a file, or a folder for a file named by what it holds.",
        show_default="standard output",
    ),
]


def chosen_format(asked: ExportFormat | None, output: Path | None) -> ExportFormat:
    """What was asked for, else what the output's name asks for, else text.

    Raises:
        typer.BadParameter: the name asks for no known format, or a document for the terminal.
    """
    chosen = asked or _format_of(output)
    if chosen is ExportFormat.DOCX and output is None and sys.stdout.isatty():
        raise typer.BadParameter(
            "A terminal cannot show a Word document: name a file for it with -o FILE."
        )
    return chosen


def _format_of(output: Path | None) -> ExportFormat:
    if output is None or output.is_dir() or not output.suffix:
        return ExportFormat.TXT
    suffix = output.suffix.lower().removeprefix(".")
    try:
        return ExportFormat(suffix)
    except ValueError:
        raise typer.BadParameter(
            f"No format is called {suffix}: add --format {', '.join(ExportFormat)}."
        ) from None
