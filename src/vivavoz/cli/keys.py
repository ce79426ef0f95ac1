"""``vivavoz keys``: who may use a server that asks for API keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.console import console
from vivavoz.cli.settings_options import DataDirOption, settings_from
from vivavoz.errors import KeyNotFoundError
from vivavoz.history.database import Database
from vivavoz.history.keys import ApiKey, KeyStore

_SHORT_ID_LENGTH = 8

_HELP = """Make, list and revoke API keys.

**Examples**

- `vivavoz keys add ana`

- `vivavoz keys list`
"""

app = CommandLine(help=_HELP, no_args_is_help=True)


@app.command()
def add(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose key it is.")],
    data_dir: DataDirOption = None,
) -> None:
    """Make an API key for a user and print it: it is kept nowhere and cannot be shown again.

    A user may have several keys; what is dictated with any of them is the same user's.

    **Examples**

    - `vivavoz keys add ana`

    - `vivavoz keys add ana > ana.key`
    """
    with _key_store(data_dir) as keys:
        key, secret = keys.add(user)
    typer.echo(secret)
    typer.echo(
        f"This is the key of {key.user_id}. Keep it now: it cannot be shown again.", err=True
    )


@app.command("list")
def list_keys(data_dir: DataDirOption = None) -> None:
    """List the API keys, the oldest first, without the keys themselves.

    **Example**

    - `vivavoz keys list`
    """
    with _key_store(data_dir) as keys:
        known = keys.all()
    out = console()
    if not known:
        out.print("No API keys. `vivavoz keys add USER` makes one.")
        return
    table = Table("Id", "User", "Made", "Revoked", box=box.SIMPLE_HEAD)
    for key in known:
        revoked = "" if key.revoked_at is None else f"{key.revoked_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(
            str(key.id)[:_SHORT_ID_LENGTH],
            Text(key.user_id),
            f"{key.created_at.astimezone():%Y-%m-%d %H:%M}",
            revoked,
        )
    out.print(table)


@app.command()
def revoke(
    key_id: Annotated[
        str, typer.Argument(metavar="ID", help="The key's id, or enough of its beginning.")
    ],
    data_dir: DataDirOption = None,
) -> None:
    """Make an API key worthless; what was dictated with it stays.

    Servers notice within ten seconds; a dictation that goes on is not cut off.

    **Example**

    - `vivavoz keys revoke 3f2a91c0`
    """
    with _key_store(data_dir) as keys:
        revoked = keys.revoke(_key_of(key_id, keys.all()).id)
    typer.echo(f"Revoked the key {revoked.id} of {revoked.user_id}", err=True)


@contextmanager
def _key_store(data_dir: Path | None) -> Iterator[KeyStore]:
    database = Database(settings_from(data_dir=data_dir).sqlalchemy_url)
    try:
        yield KeyStore(database)
    finally:
        database.close()


def _key_of(beginning: str, known: list[ApiKey]) -> ApiKey:
    """The one key whose id begins so."""
    found = [key for key in known if beginning and str(key.id).startswith(beginning.lower())]
    if not found:
        raise KeyNotFoundError(f"No API key's id begins with {beginning}: see `vivavoz keys list`.")
    if len(found) > 1:
        raise KeyNotFoundError(f"More than one key's id begins with {beginning}: give more of it.")
    return found[0]
