"""``vivavoz models``: the Whisper models on this machine."""

from typing import Annotated

import typer
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.console import console
from vivavoz.engines import whisper_models
from vivavoz.engines.model_hub import cache_folder
from vivavoz.settings import Settings

_HELP = """List, download and remove models.

**Examples**

- `vivavoz models list`

- `vivavoz models download small`
"""

app = CommandLine(help=_HELP, no_args_is_help=True)

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="Size name such as base, or hub id.")
]


@app.command("list")
def list_models() -> None:
    """Show the Whisper models on this machine: size on disk and where they are.

    **Examples**

    - `vivavoz models list`
    """
    out = console()
    installed = whisper_models.installed_models()
    if installed:
        table = Table("Model", "Hub id", "Size", box=None, header_style="bold")
        for model in installed:
            table.add_row(model.name, model.hub_id, decimal(model.size_bytes))
        out.print(table)
        out.print(f"They are in {cache_folder()}")
    else:
        out.print("No Whisper model is on this machine yet: `vivavoz models download base`.")
    sizes = ", ".join(whisper_models.HUB_IDS)
    out.print(f"Sizes to choose from: {sizes}.")
    out.print("The English engine PocketSphinx is built in and needs no download.")


@app.command()
def download(model: ModelArgument) -> None:
    """Fetch a Whisper model, so that the server starts with it at once and without a network.

    **Examples**

    - `vivavoz models download small`

    - `vivavoz models download Systran/faster-whisper-large-v3`
    """
    notes = console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=notes,
        transient=True,
    ) as progress:
        task = progress.add_task(f"Downloading {model}", total=None)
        path = whisper_models.fetch(
            model,
            hub_timeout_s=Settings().hub_timeout_s,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    notes.print(f"{model} is ready: vivavoz serve --engine whisper --model {model}")
    typer.echo(path)


@app.command()
def remove(
    model: ModelArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Delete a Whisper model from this machine.

    **Examples**

    - `vivavoz models remove small`

    - `vivavoz models remove --yes large-v3`
    """
    installed = whisper_models.installed_model(model)
    if not yes:
        typer.confirm(
            f"Delete {installed.name} ({decimal(installed.size_bytes)}) from {installed.path}?",
            abort=True,
        )
    whisper_models.remove(installed)
    typer.echo(f"{installed.name} is deleted; {decimal(installed.size_bytes)} are free again.")
