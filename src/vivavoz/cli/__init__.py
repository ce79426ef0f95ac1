"""The ``vivavoz`` command."""

from vivavoz.cli.exit import abandoning_threads
from vivavoz.cli.root import app

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process."""
    with abandoning_threads():
        app(prog_name="vivavoz")
