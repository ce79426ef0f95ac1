"""A session's line to its client: a bounded queue of events that a transport empties."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import IntEnum

from vivavoz.errors import (
    ConnectTimeoutError,
    ForbiddenError,
    IdleTimeoutError,
    InvalidResumeTokenError,
    LimitError,
    ModelLoadingError,
    OriginNotAllowedError,
    ResourceUnavailableError,
    ServerError,
    SessionCancelledError,
    SessionNotFoundError,
    SessionReplacedError,
    ShuttingDownError,
    TooManySessionsError,
    UnauthorizedError,
    VivavozError,
)
from vivavoz.session.events import Ack, MetricsMeasured, ServerEvent, TranscriptionPartial


class CloseCode(IntEnum):
    """Why a connection is closed, as WebSocket close codes; see docs/protocol.md."""

    COMPLETED = 1000
    RESTARTING = 1012
    TRY_LATER = 1013
    BAD_CLIENT = 4400
    UNAUTHORIZED = 4401
    FOREIGN_ORIGIN = 4403
    NOT_FOUND = 4404
    TIMEOUT = 4408
    REPLACED = 4409
    CANCELLED = 4410
    LIMIT = 4429
    SERVER_FAILED = 4500


_CLOSE_CODES: tuple[tuple[type[VivavozError], CloseCode], ...] = (
    (ShuttingDownError, CloseCode.RESTARTING),
    (ModelLoadingError, CloseCode.TRY_LATER),
    (ResourceUnavailableError, CloseCode.TRY_LATER),
    (TooManySessionsError, CloseCode.TRY_LATER),
    (UnauthorizedError, CloseCode.UNAUTHORIZED),
    (InvalidResumeTokenError, CloseCode.UNAUTHORIZED),
    (ForbiddenError, CloseCode.UNAUTHORIZED),
    (OriginNotAllowedError, CloseCode.FOREIGN_ORIGIN),
    (SessionNotFoundError, CloseCode.NOT_FOUND),
    (ConnectTimeoutError, CloseCode.TIMEOUT),
    (IdleTimeoutError, CloseCode.TIMEOUT),
    (SessionReplacedError, CloseCode.REPLACED),
    (SessionCancelledError, CloseCode.CANCELLED),
    (LimitError, CloseCode.LIMIT),
    (ServerError, CloseCode.SERVER_FAILED),
)


@dataclass(frozen=True, slots=True)
class Closing:
    """The last thing on a connection: close it with this code. ``reason`` says the same to a person
    who looks at the wire: an error's code, or a few words; at most 123 bytes, never speech."""

    code: CloseCode
    reason: str


COMPLETED = Closing(CloseCode.COMPLETED, "COMPLETED")
_TOO_SLOW = Closing(CloseCode.TRY_LATER, "the client reads too slowly")


def closing_for(error: VivavozError) -> Closing:
    """How a connection is closed that an error ends."""
    codes = (code for error_type, code in _CLOSE_CODES if isinstance(error, error_type))
    return Closing(next(codes, CloseCode.BAD_CLIENT), error.code)


_NEWEST_IS_ENOUGH = (Ack, TranscriptionPartial, MetricsMeasured)


class Connection:
    """Events on their way to one client.

    Acks, partials and metrics give way to newer ones of their kind; nothing else is dropped. A
    reader so slow that ``limit`` events wait is cut off, and may resume.

    Args:
        limit: how many events may wait.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: deque[ServerEvent] = deque()
        self._closing: Closing | None = None
        self._changed = asyncio.Event()

    def send(self, event: ServerEvent) -> None:
        """Queue an event. Never blocks; after ``close`` it does nothing."""
        if self._closing is not None:
            return
        if isinstance(event, _NEWEST_IS_ENOUGH):
            older = next((other for other in self._events if type(other) is type(event)), None)
            if older is not None:
                self._events.remove(older)
        self._events.append(event)
        if len(self._events) > self._limit:
            self._events.clear()
            self.close(_TOO_SLOW)
        self._changed.set()

    def close(self, closing: Closing) -> None:
        """Close once the queue is empty."""
        self._closing = self._closing or closing
        self._changed.set()

    async def next(self) -> ServerEvent | Closing:
        """The next event to write, or how to close; waits for it."""
        while True:
            if self._events:
                return self._events.popleft()
            if self._closing is not None:
                return self._closing
            self._changed.clear()
            await self._changed.wait()
