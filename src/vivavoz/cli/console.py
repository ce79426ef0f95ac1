"""How the commands speak to a person."""

import sys

from rich.console import Console


def console(*, stderr: bool = False) -> Console:
    """Plain sentences: on a terminal wrapped between words, in a pipe or a log one line each."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, markup=False, soft_wrap=not stream.isatty())
