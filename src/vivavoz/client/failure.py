"""The server's errors as exceptions of this side. [pure]"""

from collections.abc import Iterator

from vivavoz.errors import ServerError, VivavozError
from vivavoz.session.events import ErrorBody


def exception_of(body: ErrorBody) -> VivavozError:
    """The error that the server reported: of the class with its code, if this side knows it."""
    for known in _all_errors(VivavozError):
        if known.code == body.code:
            return known(body.message, **body.details)
    return ServerError(body.message, **body.details, server_code=body.code)


def _all_errors(base: type[VivavozError]) -> Iterator[type[VivavozError]]:
    for error in base.__subclasses__():
        if error.code != base.code:
            yield error
        yield from _all_errors(error)
