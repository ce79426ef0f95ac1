"""The root of the command line: its subcommands are imported only when one of them runs."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from vivavoz import __version__
from vivavoz.cli.command_line import CommandLine, Group, explain
from vivavoz.cli.failure import complain
from vivavoz.errors import VivavozError

_SUBCOMMANDS = {
    "serve": "Start the server and its page.",
    "transcribe": "Turn audio or video files into text.",
    "listen": "Turn what the microphone hears into text, live.",
    "models": "List, download and remove models.",
    "history": "List, show and export finished transcripts.",
    "keys": "Make, list and revoke API keys.",
    "bench": "Measure how well an engine streams here.",
}

_EXAMPLES = """
Speech into text while it is being spoken, on your own machine.

**Examples**

- `vivavoz serve`  (then open the address that it prints)

- `vivavoz transcribe interview.mp3 --output interview.srt`

- `vivavoz listen --language es`
"""


class _Subcommands(Group):
    """Knows each subcommand's name and one line of help, and loads the rest on use."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, help_line in _SUBCOMMANDS.items():
            self.add_command(TyperCommand(name, help=help_line))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name in _SUBCOMMANDS:
            module = import_module(f"vivavoz.cli.{name}")
            command = typer.main.get_command(module.app)
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except typer.BadParameter as error:
            explain(error)
            raise
        except (VivavozError, OSError) as error:
            if ctx.params["debug"]:
                raise
            complain(error)
            raise typer.Exit(1) from None


app = CommandLine(
    cls=_Subcommands,
    help=_EXAMPLES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vivavoz {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback behind an error.")
    ] = False,
) -> None:
    """Options before the subcommand."""
