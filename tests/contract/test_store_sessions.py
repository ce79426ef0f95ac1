"""The store of transcripts while a session lives.

This suite and its neighbours run over SQLite and over a real PostgreSQL.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.contract.dictations import (
    MORNING,
    SUMMARY,
    TERMS,
    Clock,
    a_result,
    a_session,
    dictate,
    rows,
)
from vivavoz.errors import SessionNotFoundError
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import SEGMENTS
from vivavoz.runtime.ports import TranscriptStore
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import ContainerStream, DurableMark, SessionSummary, SessionTerms


def summary_of(store: SqlTranscriptStore, session: StreamingSession) -> SessionSummary | None:
    unfinished = store.find_unfinished(session.session_id)
    assert unfinished is not None
    return unfinished.summary


class TestLiveSession:
    def test_is_the_store_that_the_runtime_asks_for(self, store: SqlTranscriptStore) -> None:
        port: TranscriptStore = store
        assert port is store

    def test_what_was_confirmed_is_found_by_another_process(
        self, store: SqlTranscriptStore, url: str, folder: Path
    ) -> None:
        session = a_session("ana")
        stream = ContainerStream("audio/webm;codecs=opus", 1, 0)
        store.open_session(session, SessionTerms("hash of the token", "es"))
        store.begin_stream(session.session_id, stream)
        store.append_final(a_result(session, "hola a todos"), DurableMark(4, 16_000), SUMMARY)
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(12, 48_000), SUMMARY)

        other = SqlTranscriptStore(url, folder)
        unfinished = other.find_unfinished(session.session_id)
        other.close()

        assert unfinished is not None
        assert unfinished.session.confirmed_text == "hola a todos buenos días"
        assert unfinished.session.status is SessionStatus.RECONNECTING
        assert unfinished.session.user_id == "ana"
        assert unfinished.session.start_time == session.start_time
        assert unfinished.session.duration_limit == session.duration_limit
        assert unfinished.session.metadata == {"client": "tests"}
        assert unfinished.terms == SessionTerms("hash of the token", "es")
        assert unfinished.stream == stream
        assert unfinished.mark == DurableMark(12, 48_000)

    def test_what_the_recording_asked_for_is_found_by_another_process(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        options = RecordingOptions(
            initial_prompt="Acta de la reunión.",
            hotwords="Vivavoz, Zaragoza",
            partials=False,
            metadata={"app": "tests"},
        )
        store.open_session(session, SessionTerms("hash", None, options))
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.terms.options == options.model_copy(update={"metadata": {}})
        assert unfinished.session.metadata == session.metadata

    def test_what_it_came_to_so_far_is_found_by_another_process(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        assert summary_of(store, session) is None
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        assert summary_of(store, session) == SUMMARY
        later = replace(SUMMARY, engine="whisper", audio_quality_score=0.25)
        store.advance(session.session_id, DurableMark(9, 9), later)
        assert summary_of(store, session) == later

    def test_opening_twice_keeps_what_is_there(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        store.open_session(session, SessionTerms("other hash"))
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.terms == TERMS
        assert unfinished.session.confirmed_text == "hola"

    def test_a_loss_that_was_declared_is_found_by_another_process(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.keep_metadata(session.session_id, {"lost_audio": [{"first_sequence_number": 3}]})
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.session.metadata == {"lost_audio": [{"first_sequence_number": 3}]}

    def test_a_result_is_kept_once(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        result = a_result(session, "una vez")
        store.append_final(result, DurableMark(1, 1), SUMMARY)
        store.append_final(result, DurableMark(1, 1), SUMMARY)
        assert rows(store, SEGMENTS) == 1

    def test_a_character_that_no_database_takes_does_not_stop_the_session(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        session.metadata = {"client": {"note": "a\x00b"}}
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "ho\x00la"), DurableMark(1, 1), SUMMARY)
        store.complete(session, "stopped", SUMMARY)
        transcript = store.catalog.get(session.session_id, None)
        assert transcript.text == "hola"
        assert "client" in transcript.model_dump_json()

    def test_the_durable_mark_never_moves_back(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.advance(session.session_id, DurableMark(9, 900), SUMMARY)
        store.advance(session.session_id, DurableMark(7, 700), SUMMARY)
        store.append_final(a_result(session, "tarde"), DurableMark(8, 800), SUMMARY)
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.mark == DurableMark(9, 900)

    def test_results_are_joined_in_the_order_in_which_they_were_said(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "segundo", 2.0), DurableMark(), SUMMARY)
        store.append_final(a_result(session, " primero ", 0.0), DurableMark(), SUMMARY)
        store.append_final(a_result(session, "", 3.0), DurableMark(), SUMMARY)
        store.complete(session, "stopped", SUMMARY)
        assert store.catalog.get(session.session_id, None).text == "primero segundo"

    def test_a_session_that_is_not_open_takes_nothing(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        with pytest.raises(SessionNotFoundError):
            store.append_final(a_result(session, "hola"), DurableMark(), SUMMARY)
        with pytest.raises(SessionNotFoundError):
            store.advance(session.session_id, DurableMark(1, 1), SUMMARY)
        with pytest.raises(SessionNotFoundError):
            store.begin_stream(session.session_id, ContainerStream("audio/wav", 1, 0))
        assert rows(store, SEGMENTS) == 0
        completed = dictate(store, "hola")
        with pytest.raises(SessionNotFoundError):
            store.advance(completed, DurableMark(1, 1), SUMMARY)

    def test_unfinished_sessions_are_found_by_their_last_activity(
        self, store: SqlTranscriptStore, clock: Clock
    ) -> None:
        early, late = a_session(), a_session()
        store.open_session(early, TERMS)
        store.open_session(late, TERMS)
        dictate(store, "ya terminada")
        clock.now += timedelta(seconds=10)
        store.advance(late.session_id, DurableMark(1, 1), SUMMARY)

        def ids(before: datetime) -> list[UUID]:
            return [u.session.session_id for u in store.unfinished_since(before)]

        assert ids(MORNING) == []
        assert ids(MORNING + timedelta(seconds=1)) == [early.session_id]
        assert ids(clock.now + timedelta(seconds=1)) == [early.session_id, late.session_id]

    def test_a_discarded_session_leaves_nothing(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "secreto"), DurableMark(1, 1), SUMMARY)
        store.save_now(session)
        store.discard(session.session_id)
        store.discard(session.session_id)
        assert store.find_unfinished(session.session_id) is None
        assert rows(store, SEGMENTS) == 0
        assert list(folder.iterdir()) == []
