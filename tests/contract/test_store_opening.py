"""How the store of transcripts opens, and what it says when it cannot read or write."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.contract.dictations import (
    SUMMARY,
    TERMS,
    a_result,
    a_session,
    dictate,
    rows,
)
from vivavoz.errors import StorageFailedError
from vivavoz.history.schema import newest_revision
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import METADATA, SESSION_METRICS
from vivavoz.session.records import DurableMark


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

    @pytest.mark.parametrize("url", ["sqlite"], indirect=True)
    def test_a_new_file_that_another_writes_is_waited_for(self, url: str, folder: Path) -> None:
        path = Path(sa.make_url(url).database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(1) as pool, closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            opening = pool.submit(SqlTranscriptStore, url, folder, lock_timeout_s=10)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.5)
            with pytest.raises(StorageFailedError, match="lock"):
                SqlTranscriptStore(url, folder, lock_timeout_s=0.3)
            other.rollback()
            store = opening.result(timeout=10)
        dictate(store, "hola")
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


class TestRefusals:
    def test_a_locked_database_is_a_typed_error_and_then_recovers(
        self, store: SqlTranscriptStore, url: str, folder: Path
    ) -> None:
        impatient = SqlTranscriptStore(url, folder, lock_timeout_s=0.3)
        session = a_session()
        store.open_session(session, TERMS)
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
            assert locked.wait(10)
            try:
                with pytest.raises(StorageFailedError, match="lock"):
                    impatient.append_final(result, DurableMark(1, 1), SUMMARY)
            finally:
                release.set()
            holding.result()
        impatient.append_final(result, DurableMark(1, 1), SUMMARY)
        assert impatient.complete(session, "stopped", SUMMARY) is not None
        impatient.close()

    def test_a_lost_folder_keeps_the_text_until_it_is_back(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "hola"), DurableMark(1, 1), SUMMARY)
        folder.rmdir()
        folder.write_text("in the way")
        with pytest.raises(StorageFailedError, match=f"{folder}.*Not a directory"):
            store.complete(session, "stopped", SUMMARY)
        assert store.find_unfinished(session.session_id) is not None
        assert rows(store, SESSION_METRICS) == 0
        folder.unlink()
        assert store.complete(session, "stopped", SUMMARY) is not None

    @pytest.mark.parametrize("url", ["postgresql"], indirect=True)
    def test_connections_that_the_server_cut_are_made_anew(self, store: SqlTranscriptStore) -> None:
        session = a_session()
        store.open_session(session, TERMS)
        self._cut_all_connections(store)
        store.append_final(a_result(session, "hola"), DurableMark(2, 2), SUMMARY)
        assert store.complete(session, "stopped", SUMMARY) is not None

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
        store.open_session(session, TERMS)
        with store._database.write() as connection:
            connection.exec_driver_sql("DROP TABLE segments")
        with pytest.raises(StorageFailedError) as caught:
            store.append_final(a_result(session, "secreto"), DurableMark(1, 1), SUMMARY)
        error: BaseException | None = caught.value
        while error is not None:
            assert "secreto" not in str(error)
            error = error.__cause__ or error.__context__
