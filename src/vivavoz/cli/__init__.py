"""The ``vivavoz`` command."""

from vivavoz.cli.root import app

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process."""
    app(prog_name="vivavoz")
