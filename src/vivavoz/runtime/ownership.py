"""Whose a session is: by the user when authentication is on, by the resume token in any case."""

from uuid import UUID

from vivavoz.errors import InvalidResumeTokenError, SessionNotFoundError
from vivavoz.runtime.tokens import token_matches


def may_see(user_id: str | None, owner: str | None) -> bool:
    """Whether that user may know of the owner's session. No user means: authentication is off."""
    return user_id is None or user_id == owner


def require_owner(user_id: str | None, owner: str | None, session_id: UUID) -> None:
    """Make sure that the session is the user's.

    Raises:
        SessionNotFoundError: it is somebody else's, which is as good as none.
    """
    if not may_see(user_id, owner):
        raise not_found(session_id)


def require_token(token: str, expected_hash: str) -> None:
    """Make sure that the client has the session's secret.

    Raises:
        InvalidResumeTokenError: it has not.
    """
    if not token_matches(token, expected_hash):
        raise InvalidResumeTokenError(
            "The resume token does not belong to this session; start a new session."
        )


def not_found(session_id: UUID) -> SessionNotFoundError:
    """What to say of a session that is not there."""
    return SessionNotFoundError(
        "No live session has this id; a finished one is in the history.",
        session_id=str(session_id),
    )
