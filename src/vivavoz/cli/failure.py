"""Errors as one sentence on standard error."""

from vivavoz.cli.console import console
from vivavoz.errors import VivavozError


def complain(error: VivavozError | OSError) -> None:
    """Say what went wrong."""
    console(stderr=True).print(f"Error: {sentence_of(error)}", style="red")


def sentence_of(error: VivavozError | OSError, about: str = "") -> str:
    """What went wrong; a file that is what all this is ``about`` is not named again."""
    if isinstance(error, VivavozError):
        return error.message
    if error.strerror is None:
        return f"{error}."
    if about or not error.filename:
        return f"{error.strerror}."
    return f"{error.filename}: {error.strerror}."
