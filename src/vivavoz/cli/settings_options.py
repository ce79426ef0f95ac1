"""Options that stand for settings: the same on every command, over the ``VIVAVOZ_*`` variables."""

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from vivavoz.cli.console import console
from vivavoz.session.broken_rule import broken_rule
from vivavoz.settings import Device, EngineChoice, Profile, Settings

_ENGINE = "Engine"
_PREFIX = "VIVAVOZ_"
_ALIKE = 0.85
"""Of 1; all these names begin alike."""
_API_KEY = "VIVAVOZ_API_KEY"
"""A client's, no setting of the server."""

EngineOption = Annotated[
    EngineChoice | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="whisper, pocketsphinx (English only) or auto: Whisper if its model can be had.",
        rich_help_panel=_ENGINE,
        show_default="auto",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME_OR_DIR",
        help="Whisper model: size name, hub id or local directory.",
        rich_help_panel=_ENGINE,
        show_default="base",
    ),
]
PartialModelOption = Annotated[
    str | None,
    typer.Option(
        "--partial-model",
        metavar="NAME_OR_DIR",
        help="Second, faster Whisper model for partial text only.",
        rich_help_panel=_ENGINE,
    ),
]
DeviceOption = Annotated[
    Device | None,
    typer.Option(
        "--device",
        metavar="NAME",
        help="Where the model runs: cpu, cuda or auto.",
        rich_help_panel=_ENGINE,
        show_default="auto",
    ),
]
ComputeTypeOption = Annotated[
    str | None,
    typer.Option(
        "--compute-type",
        metavar="TYPE",
        help="CTranslate2 compute type: int8, float16, float32, …",
        rich_help_panel=_ENGINE,
        show_default="int8 on CPU, float16 on CUDA",
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        "-l",
        metavar="CODE",
        help="Language that is spoken, such as es or en; without it the engine detects it.",
        rich_help_panel=_ENGINE,
    ),
]
ProfileOption = Annotated[
    Profile | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Preset of speed against cost: live, balanced or frugal.",
        rich_help_panel=_ENGINE,
        show_default="balanced",
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Folder of the database and the transcript files.",
        show_default="the platform's data folder",
    ),
]


def settings_from(**options: Any) -> Settings:
    """The settings in force: options that were given, then the environment, then the defaults.
    A variable that looks like a setting and is none is told on standard error.

    Raises:
        typer.BadParameter: a value breaks a rule; the sentence names the setting.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for sentence in misspelt(os.environ):
        console(stderr=True).print(sentence, style="yellow")
    try:
        return Settings(**given)
    except ValidationError as error:
        field, rule = broken_rule(error)
        name = f"--{field.replace('_', '-')}" if field in given else f"{_PREFIX}{field.upper()}"
        raise typer.BadParameter(f"{name} {rule}.") from None


def misspelt(names: Iterable[str]) -> Iterator[str]:
    """A sentence for each name of a variable that is meant to be a setting and is none."""
    known = [_API_KEY, *(f"{_PREFIX}{field.upper()}" for field in Settings.model_fields)]
    for name in sorted(names):
        if name.startswith(_PREFIX) and name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=_ALIKE)
            guess = f"did you mean {nearest[0]}?" if nearest else "docs/settings.md lists them all."
            yield f"{name} is no setting: {guess}"
