"""With what a session was opened is kept for no longer than it may go on."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.contract.dictations import SUMMARY, Clock, a_result, a_session
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import TRANSCRIPTS
from vivavoz.session.entities import StreamingSession
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import DurableMark, SessionTerms

AWAY = "connection_lost"


def assert_forgotten(store: SqlTranscriptStore) -> None:
    with store._database.read() as connection:
        (row,) = connection.execute(sa.select(TRANSCRIPTS)).all()
    assert (row.resume_token_hash, row.recording_options, row.summary) == ("", None, None)
    assert not any(word in repr(row) for word in ("secreto", "confidencial", "hash"))


@pytest.fixture
def session(store: SqlTranscriptStore) -> StreamingSession:
    session = a_session()
    options = RecordingOptions(initial_prompt="secreto", hotwords="confidencial")
    store.open_session(session, SessionTerms("hash", None, options))
    store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
    return session


def test_forgotten_at_the_end_of_a_session_whose_client_was_there(
    store: SqlTranscriptStore, session: StreamingSession
) -> None:
    store.complete(session, "stopped", SUMMARY)
    assert_forgotten(store)


def test_forgotten_when_the_time_of_one_whose_client_was_away_is_over(
    store: SqlTranscriptStore, session: StreamingSession, clock: Clock
) -> None:
    store.complete(session, AWAY, SUMMARY)
    clock.now = session.start_time + timedelta(seconds=session.duration_limit - 1)
    assert store.forget_terms() == 0
    assert store.reopen(session.session_id)
    store.complete(session, AWAY, SUMMARY)
    clock.now += timedelta(seconds=1)
    assert store.forget_terms() == 1
    assert store.forget_terms() == 0
    assert_forgotten(store)
    assert store.catalog.get(session.session_id, None).text == "hola"


def test_forgotten_at_once_when_it_is_over_already(
    store: SqlTranscriptStore, session: StreamingSession, clock: Clock
) -> None:
    clock.now += timedelta(days=1)
    store.complete(session, "server_restarted", SUMMARY)
    assert_forgotten(store)


def test_not_forgotten_while_a_session_is_open(
    store: SqlTranscriptStore, session: StreamingSession, clock: Clock
) -> None:
    store.complete(session, AWAY, SUMMARY)
    store.reopen(session.session_id)
    clock.now += timedelta(days=1)
    assert store.forget_terms() == 0
    unfinished = store.find_unfinished(session.session_id)
    assert unfinished is not None
    assert unfinished.terms.options.initial_prompt == "secreto"


@pytest.mark.parametrize("for_what", ["an edit", "the trash"])
def test_forgotten_as_soon_as_a_person_touches_the_transcript(
    store: SqlTranscriptStore, session: StreamingSession, for_what: str
) -> None:
    store.complete(session, AWAY, SUMMARY)
    if for_what == "an edit":
        store.catalog.change(session.session_id, None, TranscriptChange(text="adiós"))
    else:
        store.trash.delete([session.session_id], None)
    assert_forgotten(store)
