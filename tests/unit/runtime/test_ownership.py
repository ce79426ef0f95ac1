"""Whose a session is."""

from uuid import UUID

import pytest

from vivavoz.errors import InvalidResumeTokenError, SessionNotFoundError
from vivavoz.runtime.ownership import may_see, require_owner, require_token
from vivavoz.runtime.tokens import new_token, token_hash

SESSION_ID = UUID("2f0c2a0e-3f55-4d0b-9f0e-6a5f3c6f2b11")


@pytest.mark.parametrize(
    ("user_id", "owner", "may"),
    [
        (None, None, True),
        (None, "ana", True),  # authentication was switched off since
        ("ana", "ana", True),
        ("ana", "berta", False),
        ("ana", None, False),  # nobody's: made while authentication was off
    ],
)
def test_a_user_knows_only_of_sessions_of_its_own(
    user_id: str | None, owner: str | None, may: bool
) -> None:
    assert may_see(user_id, owner) == may
    if may:
        require_owner(user_id, owner, SESSION_ID)
        return
    with pytest.raises(SessionNotFoundError, match="No live session has this id") as refused:
        require_owner(user_id, owner, SESSION_ID)
    assert refused.value.details == {"session_id": str(SESSION_ID)}


def test_a_session_is_opened_by_its_own_token_alone() -> None:
    token = new_token()
    hashed = token_hash(token)
    require_token(token, hashed)
    for wrong in (new_token(), hashed, token[:-1], ""):
        with pytest.raises(InvalidResumeTokenError, match="start a new session"):
            require_token(wrong, hashed)
