"""One suite for the store of transcripts, over SQLite and over a real PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.contract.dictations import (
    MORNING,
    SUMMARY,
    Clock,
    a_result,
    a_session,
    dictate,
)
from vivavoz.errors import (
    InvalidMessageError,
    SessionNotFoundError,
    StorageFailedError,
    TranscriptNotFoundError,
)
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.schema import newest_revision
from vivavoz.history.search import terms_of
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import METADATA, SEGMENTS, SESSION_METRICS, TRANSCRIPTS
from vivavoz.runtime.ports import TranscriptStore
from vivavoz.session.entities import (
    SessionStatus,
)
from vivavoz.session.events import RecordingOptions
from vivavoz.session.records import ContainerStream, DurableMark


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "transcripts"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, folder: Path, clock: Clock) -> Iterator[SqlTranscriptStore]:
    store = SqlTranscriptStore(url, folder, lock_timeout_s=0.3, clock=clock)
    yield store
    store.close()


def rows(store: SqlTranscriptStore, table: sa.Table) -> int:
    with store._database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def indexed(store: SqlTranscriptStore) -> int:
    with store._database.read() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM transcript_search").scalar_one()
        assert isinstance(found, int)
        return found


def holds(terms: list[str], phrase: list[str]) -> bool:
    """Whether the phrase, whose last term may go on, is somewhere in the terms."""
    length = len(phrase)
    return any(
        terms[at : at + length - 1] == phrase[:-1] and terms[at + length - 1].startswith(phrase[-1])
        for at in range(len(terms) - length + 1)
    )


def found(store: SqlTranscriptStore, query: str, user_id: str | None = None) -> list[UUID]:
    return [item.id for item in store.catalog.page(user_id, query=query).items]


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


class TestCatalog:
    def test_pages_go_from_the_newest_to_the_oldest(self, store: SqlTranscriptStore) -> None:
        ids = [dictate(store, f"texto {n}", start=MORNING + timedelta(hours=n)) for n in range(5)]
        first = store.catalog.page(None, limit=2)
        last = store.catalog.page(None, limit=2, offset=4)
        assert [item.id for item in first.items] == [ids[4], ids[3]]
        assert [item.id for item in last.items] == [ids[0]]
        assert (first.total, first.limit, last.offset) == (5, 2, 4)
        assert store.catalog.page(None, offset=9).items == ()

    def test_a_live_session_is_not_in_the_history(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "aún no"), DurableMark(1, 1))
        assert store.catalog.page(None).total == 0
        with pytest.raises(TranscriptNotFoundError):
            store.catalog.get(session.session_id, None)
        for for_good in (False, True):
            affected = store.trash.delete([session.session_id], None, for_good=for_good)
            assert affected.missing == (session.session_id,)
        assert store.find_unfinished(session.session_id) is not None

    def test_a_user_sees_and_touches_only_what_is_his(self, store: SqlTranscriptStore) -> None:
        hers = dictate(store, "la casa de Ana", user_id="ana")
        his = dictate(store, "la casa de Bruno", user_id="bruno")
        nobodys = dictate(store, "la casa de nadie")
        assert found(store, "casa", "ana") == [hers]
        assert [item.id for item in store.catalog.page("bruno").items] == [his]
        assert store.catalog.page("carla").total == 0
        assert set(found(store, "casa")) == {hers, his, nobodys}
        for attempt in (
            lambda: store.catalog.get(hers, "bruno"),
            lambda: store.catalog.change(hers, "bruno", TranscriptChange(title="mía")),
            lambda: store.catalog.require([his, hers], "bruno"),
            lambda: store.catalog.get(nobodys, "bruno"),
        ):
            with pytest.raises(TranscriptNotFoundError):
                attempt()
        for for_good in (False, True):
            affected = store.trash.delete([hers, nobodys], "bruno", for_good=for_good)
            assert affected.missing == (hers, nobodys)
        assert store.catalog.get(hers, "ana").title == "la casa de Ana"

    def test_renaming(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "hola a todos")
        renamed = store.catalog.change(
            id_, None, TranscriptChange(title="  Reunión\x00 de\nmarzo ")
        )
        assert renamed.title == "Reunión de marzo"
        assert renamed == store.catalog.get(id_, None)
        assert found(store, "reunion") == [id_]
        assert found(store, "todos") == [id_]
        for title in ("", " \n", "\x00", "\u200b \u200e", "x" * 201):
            with pytest.raises(InvalidMessageError):
                store.catalog.change(id_, None, TranscriptChange(title=title))
        assert store.catalog.get(id_, None).title == "Reunión de marzo"

    def test_deleting_leaves_nothing_of_it(self, store: SqlTranscriptStore, folder: Path) -> None:
        kept, gone = dictate(store, "se queda"), dictate(store, "se va")
        store.trash.delete([gone], None, for_good=True)
        with pytest.raises(TranscriptNotFoundError):
            store.catalog.get(gone, None)
        assert store.trash.delete([gone], None, for_good=True).missing == (gone,)
        assert found(store, "se") == [kept]
        assert rows(store, SEGMENTS) == 1
        assert indexed(store) == 1
        files = [file.name for file in folder.iterdir()]
        assert files == [store.catalog.get(kept, None).file_name]

    def test_long_titles_of_themselves_are_cut_at_a_word(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "palabra " * 30)
        assert store.catalog.get(id_, None).title == "palabra " * 6 + "palabra…"


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("cafe", "El CAFÉ de la mañana"),
            ("CAFÉ", "un cafe solo"),
            ("caf", "un café solo"),
            ("manana cafe", "El CAFÉ de la mañana"),
            ("año", "el ano nuevo"),
            ("strasse", "Die Straße"),
            ("well-known", "a well-known fact"),
            ("2.5", "son 2.5 litros"),
            ("l'eau", "de l’eau fraîche"),
            ("日本", "これは日本語です"),
            ("москва", "Я люблю Москву. МОСКВА!"),
            ("cafe\u0301", "un café"),
            ("café", "un cafe\u0301"),
            ("x" * 3000, "x" * 3000),
        ],
    )
    def test_finds(self, store: SqlTranscriptStore, query: str, expected: str) -> None:
        dictate(store, "otra cosa")
        id_ = dictate(store, expected)
        assert found(store, query) == [id_]

    @pytest.mark.parametrize(
        ("query", "text"),
        [
            ("afé", "un café"),
            ("cafe leche", "un café"),
            ("known-well", "a well-known fact"),
            ("本日", "これは日本語です"),
            ("cafés", "un café"),
            ("!!!", "hola !!!"),
            ("_", "a_b"),
        ],
    )
    def test_does_not_find(self, store: SqlTranscriptStore, query: str, text: str) -> None:
        dictate(store, text)
        assert found(store, query) == []

    @pytest.mark.parametrize(
        "query",
        [
            '"',
            '"hola',
            "hola*",
            "NEAR(hola mundo, 2)",
            "hola NOT mundo",
            "hola OR x",
            "terms:hola",
            "{terms}: hola",
            "^hola",
            "hola & !mundo",
            "hola <-> mundo",
            "'hola':*",
            "hola\\",
            "hola'); DROP TABLE transcripts; --",
            "%",
            "\x00hola",
            "\ud800",
            "(" * 500,
            "hola " * 500,
        ],
    )
    def test_no_query_is_taken_for_a_language(self, store: SqlTranscriptStore, query: str) -> None:
        dictate(store, "hola mundo")
        store.catalog.page(None, query=query)
        assert store.catalog.page(None).total == 1

    def test_operators_are_words(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "hola and not mundo")
        dictate(store, "hola mundo")
        assert found(store, "hola AND NOT") == [id_]

    def test_both_databases_find_what_the_definition_says(self, store: SqlTranscriptStore) -> None:
        """The definition: each word of the query begins a run of terms of the text."""
        random = Random(7)
        vocabulary = ["ca", "café", "CASA", "casas", "l'eau", "año", "re-unión", "日本", "2.5"]
        texts = {}
        for _ in range(30):
            text = " ".join(random.choices(vocabulary, k=random.randint(1, 4)))
            texts[dictate(store, text)] = terms_of(text)
        queries = [
            " ".join(
                word[: random.randint(1, len(word))]
                for word in random.choices(vocabulary, k=random.randint(1, 3))
            )
            for _ in range(150)
        ]
        outcomes = set()
        for query in queries:
            expected = {
                id_
                for id_, terms in texts.items()
                if all(holds(terms, terms_of(word)) for word in query.split())
            }
            assert set(found(store, query)) == expected, query
            outcomes.add(0 < len(expected) < len(texts))
        assert outcomes == {True, False}

    def test_snippets_mark_what_was_found(self, store: SqlTranscriptStore) -> None:
        dictate(store, "antes de todo, un Café con leche")
        (item,) = store.catalog.page(None, query="caf lech").items
        assert "".join(part.text for part in item.snippet) == "antes de todo, un Café con leche"
        assert [part.text for part in item.snippet if part.match] == ["Café", "leche"]

    def test_an_hour_of_speech_is_searched_to_its_end(self, store: SqlTranscriptStore) -> None:
        numbers = count()
        texts = [" ".join(f"palabra{next(numbers)}" for _ in range(90)) for _ in range(200)]
        id_ = dictate(store, *texts, "y al final mariposa")
        assert found(store, "mariposa") == [id_]
        (item,) = store.catalog.page(None, query="mariposa").items
        assert [part.text for part in item.snippet if part.match] == ["mariposa"]


class TestRefusals:
    def test_a_locked_database_is_a_typed_error_and_then_recovers(
        self, store: SqlTranscriptStore
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        result = a_result(session, "hola")
        locked, release = threading.Event(), threading.Event()

        def hold() -> None:
            with store._database.write() as connection:
                if not store._database.is_sqlite:
                    connection.exec_driver_sql("LOCK TABLE transcripts")
                locked.set()
                release.wait(10)

        with ThreadPoolExecutor(1) as pool:
            holding = pool.submit(hold)
            locked.wait(10)
            try:
                with pytest.raises(StorageFailedError, match="lock"):
                    store.append_final(result, DurableMark(1, 1))
            finally:
                release.set()
            holding.result()
        store.append_final(result, DurableMark(1, 1))
        assert store.complete(session, SUMMARY) is not None

    def test_a_lost_folder_keeps_the_text_until_it_is_back(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1))
        folder.rmdir()
        folder.write_text("in the way")
        with pytest.raises(StorageFailedError, match=f"{folder}.*Not a directory"):
            store.complete(session, SUMMARY)
        assert store.find_unfinished(session.session_id) is not None
        assert rows(store, SESSION_METRICS) == 0
        folder.unlink()
        assert store.complete(session, SUMMARY) is not None

    @pytest.mark.parametrize("url", ["postgresql"], indirect=True)
    def test_connections_that_the_server_cut_are_made_anew(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        self._cut_all_connections(store)
        store.append_final(a_result(session, "hola"), DurableMark(2, 2))
        assert store.complete(session, SUMMARY) is not None

    @staticmethod
    def _cut_all_connections(store: SqlTranscriptStore) -> None:
        engine = sa.create_engine(store._database.engine.url)
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        engine.dispose()

    def test_errors_carry_no_text(self, store: SqlTranscriptStore, folder: Path) -> None:
        session = a_session()
        store.open_session(session, "hash", None)
        with store._database.write() as connection:
            connection.exec_driver_sql("DROP TABLE segments")
        with pytest.raises(StorageFailedError) as caught:
            store.append_final(a_result(session, "secreto"), DurableMark(1, 1))
        error: BaseException | None = caught.value
        while error is not None:
            assert "secreto" not in str(error)
            error = error.__cause__ or error.__context__


class TestOpening:
    def test_the_migrations_make_the_tables_that_the_code_describes(
        self, store: SqlTranscriptStore
    ) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        def is_ours(name: str | None, type_: str, _parents: object) -> bool:
            return type_ != "table" or not str(name).startswith("transcript_search")

        with store._database.read() as connection:
            context = MigrationContext.configure(
                connection, opts={"include_name": is_ours, "compare_type": True}
            )
            assert compare_metadata(context, METADATA) == []

    def test_the_newest_revision_is_known_without_alembic(self, store: SqlTranscriptStore) -> None:
        with store._database.read() as connection:
            made = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        assert newest_revision() == made

    def test_many_may_open_an_empty_database_at_once(self, url: str, folder: Path) -> None:
        def open_and_use(number: int) -> UUID:
            store = SqlTranscriptStore(url, folder, lock_timeout_s=10)
            try:
                return dictate(store, f"número {number}")
            finally:
                store.close()

        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(open_and_use, range(8)))
        store = SqlTranscriptStore(url, folder)
        assert {item.id for item in store.catalog.page(None).items} == set(ids)
        store.close()

    def test_a_database_of_a_newer_version_is_refused(
        self, store: SqlTranscriptStore, url: str, folder: Path
    ) -> None:
        dictate(store, "hola")
        with store._database.write() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StorageFailedError, match="newer Vivavoz"):
            SqlTranscriptStore(url, folder)
        assert store.catalog.page(None).total == 1
