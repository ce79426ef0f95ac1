"""The store of transcripts while a session lives, and when it completes.

This suite and its neighbours run over SQLite and over a real PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from tests.contract.dictations import (
    MORNING,
    SUMMARY,
    Clock,
    a_result,
    a_session,
    dictate,
    rows,
)
from vivavoz.errors import SessionNotFoundError
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import SEGMENTS, SESSION_METRICS, TRANSCRIPTS
from vivavoz.runtime.ports import TranscriptStore
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import ContainerStream, DurableMark

LEFT = replace(SUMMARY, outcome="connection_lost")
PROMPTS = RecordingOptions(initial_prompt="Acta", partials=False)
STREAM = ContainerStream("audio/webm;codecs=opus", 1, 0)


class TestLiveSession:
    def test_is_the_store_that_the_runtime_asks_for(self, store: SqlTranscriptStore) -> None:
        port: TranscriptStore = store
        assert port is store

    def test_what_was_confirmed_is_found_by_another_process(
        self, store: SqlTranscriptStore, url: str, folder: Path
    ) -> None:
        session = a_session("ana")
        stream = ContainerStream("audio/webm;codecs=opus", 1, 0)
        store.open_session(session, "hash of the token", "es")
        store.begin_stream(session.session_id, stream)
        store.append_final(a_result(session, "hola a todos"), DurableMark(4, 16_000))
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(12, 48_000))

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
        assert unfinished.resume_token_hash == "hash of the token"
        assert unfinished.language == "es"
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
        store.open_session(session, "hash", None, options)
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.options == options.model_copy(update={"metadata": {}})
        assert unfinished.session.metadata == session.metadata

    def test_prompts_are_forgotten_with_the_end_of_the_session(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None, RecordingOptions(initial_prompt="secreto"))
        store.append_final(a_result(session, "hola"), DurableMark(1, 1))
        store.complete(session, SUMMARY)
        with store._database.read() as connection:
            (kept,) = connection.execute(sa.select(TRANSCRIPTS.c.recording_options)).scalars()
        assert kept is None

    def test_opening_twice_keeps_what_is_there(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1))
        store.open_session(session, "other hash", None)
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.resume_token_hash == "hash"
        assert unfinished.session.confirmed_text == "hola"

    def test_a_loss_that_was_declared_is_found_by_another_process(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.keep_metadata(session.session_id, {"lost_audio": [{"first_sequence_number": 3}]})
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.session.metadata == {"lost_audio": [{"first_sequence_number": 3}]}

    def test_a_result_is_kept_once(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        result = a_result(session, "una vez")
        store.append_final(result, DurableMark(1, 1))
        store.append_final(result, DurableMark(1, 1))
        assert rows(store, SEGMENTS) == 1

    def test_a_character_that_no_database_takes_does_not_stop_the_session(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        session.metadata = {"client": {"note": "a\x00b"}}
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "ho\x00la"), DurableMark(1, 1))
        store.complete(session, SUMMARY)
        transcript = store.catalog.get(session.session_id, None)
        assert transcript.text == "hola"
        assert "client" in transcript.model_dump_json()

    def test_the_durable_mark_never_moves_back(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.advance(session.session_id, DurableMark(9, 900))
        store.advance(session.session_id, DurableMark(7, 700))
        store.append_final(a_result(session, "tarde"), DurableMark(8, 800))
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.mark == DurableMark(9, 900)

    def test_results_are_joined_in_the_order_in_which_they_were_said(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "segundo", 2.0), DurableMark())
        store.append_final(a_result(session, " primero ", 0.0), DurableMark())
        store.append_final(a_result(session, "", 3.0), DurableMark())
        store.complete(session, SUMMARY)
        assert store.catalog.get(session.session_id, None).text == "primero segundo"

    def test_a_session_that_is_not_open_takes_nothing(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        with pytest.raises(SessionNotFoundError):
            store.append_final(a_result(session, "hola"), DurableMark())
        with pytest.raises(SessionNotFoundError):
            store.advance(session.session_id, DurableMark(1, 1))
        with pytest.raises(SessionNotFoundError):
            store.begin_stream(session.session_id, ContainerStream("audio/wav", 1, 0))
        assert rows(store, SEGMENTS) == 0
        completed = dictate(store, "hola")
        with pytest.raises(SessionNotFoundError):
            store.advance(completed, DurableMark(1, 1))

    def test_unfinished_sessions_are_found_by_their_last_activity(
        self, store: SqlTranscriptStore, clock: Clock
    ) -> None:
        early, late = a_session(), a_session()
        store.open_session(early, "hash", None)
        store.open_session(late, "hash", None)
        dictate(store, "ya terminada")
        clock.now += timedelta(seconds=10)
        store.advance(late.session_id, DurableMark(1, 1))

        def ids(before: datetime) -> list[UUID]:
            return [u.session.session_id for u in store.unfinished_since(before)]

        assert ids(MORNING) == []
        assert ids(MORNING + timedelta(seconds=1)) == [early.session_id]
        assert ids(clock.now + timedelta(seconds=1)) == [early.session_id, late.session_id]

    def test_a_discarded_session_leaves_nothing(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "secreto"), DurableMark(1, 1))
        store.save_now(session)
        store.discard(session.session_id)
        store.discard(session.session_id)
        assert store.find_unfinished(session.session_id) is None
        assert rows(store, SEGMENTS) == 0
        assert list(folder.iterdir()) == []


class TestCompletion:
    def test_a_finished_session_is_in_the_history_and_in_its_file(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        session = a_session("ana")
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "hola a todos"), DurableMark(4, 16_000))
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(24, 96_000))
        clock.now += timedelta(seconds=6)
        session.metadata = {"client": "tests", "lost_audio_s": 0.5}
        saved = store.complete(session, SUMMARY)

        assert saved is not None
        assert saved.transcript_id == session.session_id
        assert saved.saved_at == clock.now
        local = MORNING.astimezone()
        assert saved.file_name == f"transcripcion_{local:%Y%m%d_%H%M%S}.txt"
        assert (folder / saved.file_name).read_bytes().decode() == (
            f"Transcripcion ID: {session.session_id}\n"
            f"Timestamp: {local:%Y-%m-%d %H:%M:%S}\n"
            "\n"
            "hola a todos buenos días\n"
        )
        transcript = store.catalog.get(session.session_id, "ana")
        assert transcript.text == "hola a todos buenos días"
        assert transcript.title == "hola a todos buenos días"
        assert transcript.language == "es"
        assert (transcript.engine, transcript.model) == ("pocketsphinx", "en-us")
        assert transcript.started_at == MORNING
        assert transcript.finished_at == clock.now
        assert transcript.duration_s == 6.0
        assert transcript.word_count == 5
        assert transcript.metadata == {"client": "tests", "lost_audio_s": 0.5}
        assert [s.text for s in transcript.segments] == ["hola a todos", "buenos días"]
        assert [w.text for w in transcript.segments[1].words] == [" buenos", " días"]
        assert transcript.segments[1].words[1].start == 2.5
        assert store.find_unfinished(session.session_id) is None

    def test_completing_again_returns_the_same(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1))
        saved = store.complete(session, SUMMARY)
        clock.now += timedelta(seconds=60)
        assert store.complete(session, replace(SUMMARY, finals=9)) == saved
        assert store.save_now(session) == saved
        assert len(list(folder.iterdir())) == 1
        assert store.catalog.page(None).total == 1
        assert rows(store, SESSION_METRICS) == 1

    def test_a_session_without_text_leaves_only_its_metrics(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "  "), DurableMark(1, 1))
        assert store.complete(session, SUMMARY) is None
        assert store.complete(session, SUMMARY) is None
        never_recorded = a_session()
        assert store.complete(never_recorded, SUMMARY) is None
        assert store.catalog.page(None).total == 0
        assert list(folder.iterdir()) == []
        assert rows(store, SEGMENTS) == 0
        assert rows(store, SESSION_METRICS) == 2

    def test_saving_now_and_completing_write_one_file(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        assert store.save_now(session) is None
        store.append_final(a_result(session, "hola"), DurableMark(1, 1))
        early = store.save_now(session)
        assert early is not None
        assert (folder / early.file_name).read_text().endswith("\n\nhola\n")
        assert store.catalog.page(None).total == 0
        store.append_final(a_result(session, "adiós", 2.0), DurableMark(2, 2))
        late = store.complete(session, SUMMARY)
        assert late is not None
        assert late.file_name == early.file_name
        assert [file.name for file in folder.iterdir()] == [late.file_name]
        assert (folder / late.file_name).read_text(encoding="utf-8").endswith("\n\nhola adiós\n")

    def test_sessions_of_one_second_get_files_of_their_own(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(lambda n: dictate(store, f"número {n}"), range(8)))
        names = {store.catalog.get(id_, None).file_name for id_ in ids}
        stem = f"transcripcion_{MORNING.astimezone():%Y%m%d_%H%M%S}"
        assert names == {f"{stem}.txt", *(f"{stem}_{n}.txt" for n in range(2, 9))}
        for id_ in ids:
            transcript = store.catalog.get(id_, None)
            content = (folder / transcript.file_name).read_text(encoding="utf-8")
            assert content.endswith(f"\n\n{transcript.text}\n")
            assert str(id_) in content

    def test_a_file_that_is_not_ours_is_left_alone(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        foreign = folder / f"transcripcion_{MORNING.astimezone():%Y%m%d_%H%M%S}.txt"
        foreign.write_text("mine")
        id_ = dictate(store, "hola")
        assert foreign.read_text() == "mine"
        assert store.catalog.get(id_, None).file_name == f"{foreign.stem}_2.txt"

    def test_a_file_written_before_a_crash_is_taken_up_again(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1))
        name = f"transcripcion_{MORNING.astimezone():%Y%m%d_%H%M%S}.txt"
        (folder / name).write_text(f"Transcripcion ID: {session.session_id}\nTimestamp: 2026-")
        saved = store.complete(session, SUMMARY)
        assert saved is not None
        assert saved.file_name == name
        assert (folder / name).read_text().endswith("\n\nhola\n")

    def test_old_metrics_are_purged(self, store: SqlTranscriptStore, clock: Clock) -> None:
        dictate(store, "vieja")
        clock.now += timedelta(days=91)
        dictate(store, "nueva")
        assert store.purge_metrics(clock.now - timedelta(days=90)) == 1
        assert store.purge_metrics(clock.now - timedelta(days=90)) == 0
        assert rows(store, SESSION_METRICS) == 1
        assert store.catalog.page(None).total == 2


class TestReopening:
    """A session that was completed while its client was away, and the client is back."""

    @pytest.fixture
    def session(self, store: SqlTranscriptStore) -> StreamingSession:
        session = a_session("ana")
        store.open_session(session, "hash", "es", PROMPTS)
        store.begin_stream(session.session_id, STREAM)
        store.append_final(a_result(session, "hola a todos"), DurableMark(4, 16_000))
        store.complete(session, LEFT)
        return session

    def test_it_goes_on_where_it_was(
        self, store: SqlTranscriptStore, folder: Path, session: StreamingSession, clock: Clock
    ) -> None:
        assert store.catalog.page("ana").total == 1
        closed = store.find_unfinished(session.session_id)
        assert closed is not None
        assert closed.is_closed
        assert store.reopen(session.session_id)
        assert store.reopen(session.session_id)

        opened = store.find_unfinished(session.session_id)
        assert opened == replace(closed, is_closed=False)
        assert opened.session.confirmed_text == "hola a todos"
        assert (opened.resume_token_hash, opened.options) == ("hash", PROMPTS)
        assert (opened.stream, opened.mark) == (STREAM, DurableMark(4, 16_000))
        assert store.catalog.page("ana").total == 0
        assert store.catalog.page("ana", query="hola").total == 0

        clock.now += timedelta(seconds=9)
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(12, 48_000))
        saved = store.complete(session, SUMMARY)
        assert saved is not None
        (file,) = folder.iterdir()
        assert file.name == saved.file_name
        assert file.read_text(encoding="utf-8").endswith("\n\nhola a todos buenos días\n")
        assert store.catalog.page("ana", query="días").total == 1
        assert store.catalog.get(session.session_id, "ana").text == "hola a todos buenos días"
        assert store.find_unfinished(session.session_id) is None
        assert not store.reopen(session.session_id)

    def test_a_title_that_a_person_gave_stays(
        self, store: SqlTranscriptStore, session: StreamingSession
    ) -> None:
        store.catalog.change(session.session_id, "ana", TranscriptChange(title="Saludo"))
        store.reopen(session.session_id)
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(12, 48_000))
        store.complete(session, SUMMARY)
        assert store.catalog.get(session.session_id, "ana").title == "Saludo"

    def test_who_stays_away_again_finds_it_in_the_history(
        self, store: SqlTranscriptStore, session: StreamingSession
    ) -> None:
        store.reopen(session.session_id)
        store.complete(session, LEFT)
        assert store.catalog.get(session.session_id, "ana").text == "hola a todos"
        assert store.reopen(session.session_id)

    def test_what_was_edited_or_deleted_meanwhile_stays_as_it_is(
        self, store: SqlTranscriptStore, session: StreamingSession
    ) -> None:
        store.catalog.change(session.session_id, "ana", TranscriptChange(text="hola, todas"))
        assert store.find_unfinished(session.session_id) is None
        assert not store.reopen(session.session_id)
        store.catalog.change(session.session_id, "ana", TranscriptChange(text=None))
        store.trash.delete([session.session_id], "ana")
        assert store.find_unfinished(session.session_id) is None
        assert not store.reopen(session.session_id)

    def test_a_session_whose_time_is_over_stays_closed(
        self, store: SqlTranscriptStore, session: StreamingSession, clock: Clock
    ) -> None:
        clock.now = session.start_time + timedelta(seconds=session.duration_limit - 1)
        assert store.find_unfinished(session.session_id) is not None
        clock.now += timedelta(seconds=1)
        assert store.find_unfinished(session.session_id) is None
        assert not store.reopen(session.session_id)

    def test_there_is_none_to_reopen(self, store: SqlTranscriptStore) -> None:
        assert not store.reopen(uuid4())
