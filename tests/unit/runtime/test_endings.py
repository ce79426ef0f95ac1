"""Clients that missed the end of their session."""

from uuid import uuid4

import pytest

from vivavoz.runtime.endings import Ending, Endings
from vivavoz.session.events import SessionCompleted

FAILED = Ending(None, "hash", None)


def completed(reason: str) -> Ending:
    end = SessionCompleted(
        session_id=uuid4(),
        transcript_id=uuid4(),
        saved=True,
        reason=reason,
        confirmed_text="hola",
        duration_s=1.0,
        audio_chunks_received=4,
    )
    return Ending(None, "hash", end)


@pytest.mark.parametrize(
    ("ending", "may_go_on"),
    [
        (completed("connection_lost"), True),
        (completed("server_restarted"), True),
        (completed("stopped"), False),
        (FAILED, False),
    ],
)
def test_only_who_was_away_may_go_on(ending: Ending, may_go_on: bool) -> None:
    assert ending.may_go_on is may_go_on


def test_the_oldest_ending_makes_room() -> None:
    endings = Endings()
    ids = [uuid4() for _ in range(1001)]
    for session_id in ids:
        endings.remember(session_id, FAILED)
    assert endings.of(ids[0]) is None
    assert endings.of(ids[1]) is endings.of(ids[-1]) is FAILED


def test_a_session_that_goes_on_has_not_ended() -> None:
    endings = Endings()
    session_id = uuid4()
    endings.remember(session_id, completed("connection_lost"))
    endings.forget(session_id)
    assert endings.of(session_id) is None
    endings.forget(session_id)
