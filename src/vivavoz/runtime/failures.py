"""Failures that nobody foresaw, as errors that a client may see."""

import structlog

from vivavoz.errors import ServerError

log = structlog.get_logger(__name__)


def internal_error(error: Exception) -> ServerError:
    """Log what happened and where, and return what a client is told: nothing of its inside."""
    log.error("internal_error", exc_info=error)
    return ServerError(
        "The server failed in a way that was not foreseen. Try again; if it happens again, report "
        "it with the request id and the server's log."
    )
