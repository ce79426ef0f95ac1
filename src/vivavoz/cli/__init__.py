"""The ``vivavoz`` command."""

from vivavoz.cli.exit import abandoning_threads
from vivavoz.cli.root import app
from vivavoz.privacy import keep_out_of_core_dumps

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process."""
    keep_out_of_core_dumps()
    with abandoning_threads():
        app(prog_name="vivavoz")
