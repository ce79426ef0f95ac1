"""``vivavoz bench``: how well an engine streams on this machine."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.console import console
from vivavoz.cli.settings_options import (
    ComputeTypeOption,
    DeviceOption,
    EngineOption,
    ModelOption,
    PartialModelOption,
    settings_from,
)
from vivavoz.settings import Profile

if TYPE_CHECKING:
    from vivavoz.benchmark.report import Row

app = CommandLine()


@app.command()
def bench(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="WAVs of 16 kHz mono, each with a JSON of its language and its words' times.",
            exists=True,
            file_okay=False,
        ),
    ],
    only: Annotated[
        str, typer.Option("--only", metavar="GLOB", help="Which recordings, by name.")
    ] = "*",
    profiles: Annotated[
        list[Profile] | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Preset to measure: live, balanced or frugal; may be given several times.",
            show_default="all of them",
        ),
    ] = None,
    detect: Annotated[bool, typer.Option("--detect", help="Let the language be detected.")] = False,
    engine: EngineOption = None,
    model: ModelOption = None,
    partial_model: PartialModelOption = None,
    device: DeviceOption = None,
    compute_type: ComputeTypeOption = None,
) -> None:
    """Measure how well an engine streams: errors, latency, steadiness and cost.

    Recordings are played in simulated real time: audio arrives by its own clock and each decode
    takes the processor time that it costs, so other work on the machine changes little. The table
    goes to standard output, as Markdown when that is not a terminal; what each figure means is in
    docs/performance.md. A JSON looks like `{"language": "es", "words": [{"word": "Hola", "start":
    0.31, "end": 0.72}]}`, with times in seconds.

    **Examples**

    - `vivavoz bench recordings/ --model base`

    - `vivavoz bench recordings/ --only 'es-*' --profile live --profile frugal`

    - `vivavoz bench recordings/ --engine pocketsphinx > figures.md`
    """
    settings = settings_from(
        engine=engine,
        model=model,
        partial_model=partial_model,
        device=device,
        compute_type=compute_type,
    )
    from vivavoz.benchmark.measurement import measure
    from vivavoz.benchmark.recording import Recording, load_recordings
    from vivavoz.benchmark.score import Score
    from vivavoz.cli.engine import open_engine
    from vivavoz.recognition.profiles import RecognizerSettings

    recordings = load_recordings(folder, only)
    policies = {
        profile.value: RecognizerSettings.from_settings(
            settings.model_copy(update={"profile": profile})
        )
        for profile in profiles or list(Profile)
    }

    def say(policy: str, recording: Recording, score: Score) -> None:
        errors = f"{score.word_errors} of {score.reference_words} words wrong"
        typer.echo(f"{policy}, {recording.name}: {errors}", err=True)

    with open_engine(settings) as loaded:
        _show(measure(loaded, policies, recordings, detect=detect, on_played=say))


def _show(rows: Sequence["Row"]) -> None:
    from rich.table import Table

    from vivavoz.benchmark.report import table

    out = console()
    if not out.is_terminal:
        typer.echo(table(rows))
        return
    shown = Table("", *(row.name for row in rows), box=None, header_style="bold")
    for column in fields(rows[0])[1:]:
        shown.add_row(column.name, *(f"{getattr(row, column.name):.4g}" for row in rows))
    out.print(shown)
