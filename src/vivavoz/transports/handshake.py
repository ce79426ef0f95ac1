"""What a connecting client says of itself, the same on both transports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from vivavoz.errors import InvalidMessageError

_MAX_TOKEN_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Handshake:
    """A session that the client wants to go on with."""

    session_id: UUID
    resume_token: str


def handshake_of(fields: Mapping[str, Any]) -> Handshake | None:
    """The session to go on with; none when a new one is wanted.

    Raises:
        InvalidMessageError: the id is not a UUID, or one of both is missing.
    """
    session_id, token = fields.get("session_id"), fields.get("resume_token")
    if session_id is None and token is None:
        return None
    if not isinstance(token, str) or not 0 < len(token) <= _MAX_TOKEN_LENGTH:
        raise InvalidMessageError("resume_token must come with session_id; connect without both.")
    try:
        return Handshake(UUID(str(session_id)), token)
    except ValueError:
        raise InvalidMessageError("session_id is not a UUID; connect without it.") from None


def client_address(scope: Mapping[str, Any]) -> str:
    """The client's network address, as far as it is known."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
