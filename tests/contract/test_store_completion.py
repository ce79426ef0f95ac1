"""The store of transcripts when a session completes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

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
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import SEGMENTS, SESSION_METRICS
from vivavoz.session.entities import StreamingSession
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import ContainerStream, DurableMark, SessionTerms

PROMPTED = SessionTerms("hash", "es", RecordingOptions(initial_prompt="Acta", partials=False))
AWAY = "connection_lost"
STREAM = ContainerStream("audio/webm;codecs=opus", 1, 0)


class TestCompletion:
    def test_a_finished_session_is_in_the_history_and_in_its_file(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        session = a_session("ana")
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola a todos"), DurableMark(4, 16_000), SUMMARY)
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(24, 96_000), SUMMARY)
        clock.now += timedelta(seconds=6)
        session.metadata = {"client": "tests", "lost_audio_s": 0.5}
        saved = store.complete(session, "stopped", SUMMARY)

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
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        saved = store.complete(session, "stopped", SUMMARY)
        clock.now += timedelta(seconds=60)
        assert store.complete(session, "stopped", replace(SUMMARY, finals=9)) == saved
        assert store.save_now(session) == saved
        assert len(list(folder.iterdir())) == 1
        assert store.catalog.page(None).total == 1
        assert rows(store, SESSION_METRICS) == 1

    def test_a_session_without_text_leaves_only_its_metrics(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "  "), DurableMark(1, 1), SUMMARY)
        assert store.complete(session, "stopped", SUMMARY) is None
        assert store.complete(session, "stopped", SUMMARY) is None
        never_recorded = a_session()
        assert store.complete(never_recorded, "stopped", SUMMARY) is None
        assert store.catalog.page(None).total == 0
        assert list(folder.iterdir()) == []
        assert rows(store, SEGMENTS) == 0
        assert rows(store, SESSION_METRICS) == 2

    def test_what_nobody_measured_has_no_engine_and_no_metrics(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        assert store.complete(session, "server_restarted", None) is not None
        transcript = store.catalog.get(session.session_id, None)
        assert (transcript.engine, transcript.model) == (None, None)
        assert rows(store, SESSION_METRICS) == 0

    def test_saving_now_and_completing_write_one_file(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        assert store.save_now(session) is None
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        early = store.save_now(session)
        assert early is not None
        assert (folder / early.file_name).read_text().endswith("\n\nhola\n")
        assert store.catalog.page(None).total == 0
        store.append_final(a_result(session, "adiós", 2.0), DurableMark(2, 2), SUMMARY)
        late = store.complete(session, "stopped", SUMMARY)
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
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        name = f"transcripcion_{MORNING.astimezone():%Y%m%d_%H%M%S}.txt"
        (folder / name).write_text(f"Transcripcion ID: {session.session_id}\nTimestamp: 2026-")
        saved = store.complete(session, "stopped", SUMMARY)
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
        store.open_session(session, PROMPTED)
        store.begin_stream(session.session_id, STREAM)
        store.append_final(a_result(session, "hola a todos"), DurableMark(4, 16_000), SUMMARY)
        store.complete(session, AWAY, SUMMARY)
        return session

    def test_it_goes_on_where_it_was(
        self, store: SqlTranscriptStore, folder: Path, session: StreamingSession, clock: Clock
    ) -> None:
        assert store.catalog.page("ana").total == 1
        closed = store.find_unfinished(session.session_id)
        assert closed is not None
        assert store.reopen(session.session_id)
        assert store.reopen(session.session_id)

        assert store.find_unfinished(session.session_id) == closed
        assert closed.session.confirmed_text == "hola a todos"
        assert (closed.terms, closed.summary) == (PROMPTED, SUMMARY)
        assert (closed.stream, closed.mark) == (STREAM, DurableMark(4, 16_000))
        assert store.catalog.page("ana").total == 0
        assert store.catalog.page("ana", query="hola").total == 0

        clock.now += timedelta(seconds=9)
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(12, 48_000), SUMMARY)
        saved = store.complete(session, "stopped", SUMMARY)
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
        store.append_final(a_result(session, "buenos días", 2.0), DurableMark(12, 48_000), SUMMARY)
        store.complete(session, "stopped", SUMMARY)
        assert store.catalog.get(session.session_id, "ana").title == "Saludo"

    def test_who_stays_away_again_finds_it_in_the_history(
        self, store: SqlTranscriptStore, session: StreamingSession
    ) -> None:
        store.reopen(session.session_id)
        store.complete(session, AWAY, SUMMARY)
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

    def test_a_session_that_is_taken_up_is_not_left_behind_any_more(
        self, store: SqlTranscriptStore, clock: Clock
    ) -> None:
        """Who finishes what was left behind must not finish what somebody just took up."""
        session = a_session()
        store.open_session(session, TERMS)
        clock.now += timedelta(seconds=10)
        assert len(store.unfinished_since(clock.now)) == 1
        assert store.reopen(session.session_id)
        assert store.unfinished_since(clock.now) == []

    def test_a_language_that_was_heard_is_not_asked_for_afterwards(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        store.complete(session, AWAY, SUMMARY)
        assert store.catalog.get(session.session_id, None).language == "es"
        unfinished = store.find_unfinished(session.session_id)
        assert unfinished is not None
        assert unfinished.terms == TERMS

    def test_its_metrics_are_those_of_its_end(
        self, store: SqlTranscriptStore, session: StreamingSession
    ) -> None:
        assert store.reopen(session.session_id)
        assert rows(store, SESSION_METRICS) == 0
        store.complete(session, "stopped", replace(SUMMARY, finals=9))
        with store._database.read() as connection:
            (kept,) = connection.execute(sa.select(SESSION_METRICS)).all()
        assert (kept.outcome, kept.finals) == ("stopped", 9)

    def test_there_is_none_to_reopen(self, store: SqlTranscriptStore) -> None:
        assert not store.reopen(uuid4())
