"""How every command is declared: help that fits a terminal, wrong options told in plain words."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> Any:
        return _without_flag_types(super().get_params(ctx))


class Group(TyperGroup):
    """Commands below a name."""

    def get_params(self, ctx: Any) -> Any:
        return _without_flag_types(super().get_params(ctx))


class CommandLine(typer.Typer):
    """A command, or a group of them, that speaks as all of Vivavoz's commands do."""

    def __init__(self, **options: Any) -> None:
        shared: dict[str, Any] = {
            "cls": Group,
            "rich_markup_mode": "markdown",
            "add_completion": False,
        }
        super().__init__(**(shared | options))

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        return super().command(name, **({"cls": _Command} | options))


def explain(error: typer.BadParameter) -> None:
    """Let a value that broke a type's rule be told in our words instead of the parser's."""
    from pydantic import ValidationError

    from vivavoz.session.broken_rule import broken_rule

    if not isinstance(error.__cause__, ValidationError):
        return
    first = error.__cause__.errors(include_url=False)[0]
    if first["type"] == "value_error":
        error.message = str(first["ctx"]["error"])
    else:
        error.message = f"It {broken_rule(error.__cause__)[1]}."


def _without_flag_types(params: list[Any]) -> list[Any]:
    """A flag takes no value: a type beside it would read as if it did, and costs the texts room."""
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag:
            param.metavar = ""
    return params
