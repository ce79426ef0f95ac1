"""Histories that older versions wrote are taken over, each with all that it holds."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.contract.dictations import SUMMARY, Clock, a_result, a_session, dictate, listed
from tests.contract.older_versions import OLDER, downgrade
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import TRANSCRIPTS
from vivavoz.history.transcripts import Transcript
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import ContainerStream, DurableMark, SessionTerms

TERMS = SessionTerms("hash", "en", RecordingOptions(initial_prompt="Acta"))
STREAM = ContainerStream("audio/webm;codecs=opus", 1, 0)


@dataclass
class History:
    """One finished transcript, a session that goes on, and one that was left."""

    finished: Transcript
    live: UUID
    left: UUID


def write_history(store: SqlTranscriptStore) -> History:
    finished = store.catalog.get(dictate(store, "hola a todos", user_id="ana"), "ana")
    history = History(finished, *(a_session().session_id for _ in range(2)))
    for session_id in (history.live, history.left):
        session = a_session().model_copy(update={"session_id": session_id})
        store.open_session(session, TERMS)
        store.begin_stream(session_id, STREAM)
        store.append_final(a_result(session, "aún no"), DurableMark(4, 16_000), SUMMARY)
        if session_id == history.left:
            store.complete(session, "connection_lost", SUMMARY)
    return history


@pytest.mark.parametrize("revision", OLDER)
def test_every_older_version_is_taken_over(
    url: str, folder: Path, clock: Clock, revision: str
) -> None:
    older = SqlTranscriptStore(url, folder, clock=clock)
    history = write_history(older)
    downgrade(older._database, revision)
    older.close()

    store = SqlTranscriptStore(url, folder, clock=clock)
    assert store.catalog.get(history.finished.id, "ana") == history.finished
    assert listed(store, "todos", "ana") == [history.finished.id]
    live = store.find_unfinished(history.live)
    assert live is not None
    assert live.session.confirmed_text == "aún no"
    assert (live.terms.resume_token_hash, live.terms.language) == ("hash", "en")
    assert live.terms.options == (TERMS.options if revision == "0004" else RecordingOptions())
    assert (live.stream, live.mark, live.summary) == (STREAM, DurableMark(4, 16_000), None)
    assert store.reopen(history.left)
    store.close()


def test_what_no_version_before_kept_in_time_is_put_right(
    url: str, folder: Path, clock: Clock
) -> None:
    """An engine that was not known, and terms of what somebody edited."""
    older = SqlTranscriptStore(url, folder, clock=clock)
    history = write_history(older)
    downgrade(older._database, "0004")
    with older._database.write() as connection:
        row = sa.update(TRANSCRIPTS).where(TRANSCRIPTS.c.id == history.left)
        connection.execute(row.values(engine="", model="", edited_at=clock.now))
    older.close()

    store = SqlTranscriptStore(url, folder, clock=clock)
    transcript = store.catalog.get(history.left, None)
    assert (transcript.engine, transcript.model) == (None, None)
    assert not store.reopen(history.left)
    with store._database.read() as connection:
        of_left = sa.select(TRANSCRIPTS).where(TRANSCRIPTS.c.id == history.left)
        kept = connection.execute(of_left).one()
    assert (kept.resume_token_hash, kept.recording_options) == ("", None)
    store.close()


def test_what_may_no_longer_be_reopened_is_forgotten_after_an_upgrade_too(
    url: str, folder: Path, clock: Clock
) -> None:
    older = SqlTranscriptStore(url, folder, clock=clock)
    history = write_history(older)
    downgrade(older._database, "0004")
    older.close()
    store = SqlTranscriptStore(url, folder, clock=clock)
    assert store.forget_terms() == 0
    clock.now += timedelta(hours=1)
    assert store.forget_terms() == 1
    assert not store.reopen(history.left)
    store.close()
