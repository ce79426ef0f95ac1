"""Options that stand for settings: the same on every command, over the ``VIVAVOZ_*`` variables."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from vivavoz.session.broken_rule import broken_rule
from vivavoz.settings import Device, EngineChoice, Profile, Settings

_ENGINE = "Engine"

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

    Raises:
        typer.BadParameter: a value breaks a rule; the sentence names the setting.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        field, rule = broken_rule(error)
        name = f"--{field.replace('_', '-')}" if field in given else f"VIVAVOZ_{field.upper()}"
        raise typer.BadParameter(f"{name} {rule}.") from None
