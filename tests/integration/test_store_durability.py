"""What the store keeps when its process is killed, its disk is full, its memory is cut."""

import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from tests.contract.dictations import SUMMARY, TERMS, a_result, a_session
from vivavoz.errors import StorageFailedError
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.session.entities import StreamingSession
from vivavoz.session.records import DurableMark

WRITER = """
import sys
from pathlib import Path
from tests.contract.dictations import SUMMARY, TERMS, a_result, a_session
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.session.records import DurableMark

store = SqlTranscriptStore(sys.argv[1], Path(sys.argv[2]))
session = a_session()
store.open_session(session, TERMS)
for number in range(1, 1_000_000):
    result = a_result(session, f"frase{number}", start_s=float(number))
    store.append_final(result, DurableMark(number, number * 16_000), SUMMARY)
    print(session.session_id, number, flush=True)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'vivavoz.db'}"


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[SqlTranscriptStore]:
    store = SqlTranscriptStore(url, tmp_path / "transcripts", lock_timeout_s=0.2)
    yield store
    store.close()


def test_a_killed_process_loses_nothing_that_was_confirmed(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, url, str(tmp_path / "transcripts")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for _ in range(20):
            last = writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        for line in writer.stdout:
            last = line if line.endswith("\n") else last
    assert writer.returncode == -signal.SIGKILL
    session_id, number = last.split()

    store = SqlTranscriptStore(url, tmp_path / "transcripts")
    unfinished = store.find_unfinished(UUID(session_id))
    store.close()
    assert unfinished is not None
    assert unfinished.mark.sequence_number >= int(number) >= 20
    kept = unfinished.session.confirmed_text.split()
    assert kept == [f"frase{n}" for n in range(1, unfinished.mark.sequence_number + 1)]


def test_a_full_disk_is_a_typed_error_and_then_recovers(store: SqlTranscriptStore) -> None:
    session = a_session()
    store.open_session(session, TERMS)
    store.append_final(a_result(session, "cabe"), DurableMark(1, 1), SUMMARY)
    large = a_result(session, "no cabe " * 1_000, start_s=1.0)
    with store._database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = pages + 5

    @event.listens_for(store._database.engine, "begin")
    def _hold_the_size(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")  # type: ignore[attr-defined]

    with pytest.raises(StorageFailedError, match="disk is full"):
        store.append_final(large, DurableMark(2, 2), SUMMARY)
    unfinished = store.find_unfinished(session.session_id)
    assert unfinished is not None
    assert unfinished.session.confirmed_text == "cabe"
    assert unfinished.mark == DurableMark(1, 1)

    limit = 1_000_000
    store.append_final(large, DurableMark(2, 2), SUMMARY)
    unfinished = store.find_unfinished(session.session_id)
    assert unfinished is not None
    assert unfinished.mark == DurableMark(2, 2)


def test_only_the_owner_may_read_the_database(store: SqlTranscriptStore, tmp_path: Path) -> None:
    store.open_session(a_session(), TERMS)
    for file in tmp_path.glob("vivavoz.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "transcripts").stat().st_mode) == 0o700


def leave_live(store: SqlTranscriptStore, session: StreamingSession) -> None:
    store.discard(session.session_id)


def delete_for_good(store: SqlTranscriptStore, session: StreamingSession) -> None:
    store.complete(session, "stopped", SUMMARY)
    assert store.catalog.page(None, query="confidencial").total == 1
    store.trash.delete([session.session_id], None, for_good=True)


def edit_and_throw_away(store: SqlTranscriptStore, session: StreamingSession) -> None:
    store.complete(session, "stopped", SUMMARY)
    for text in ("confidencial y escrito", "escrito de nuevo"):
        store.catalog.change(session.session_id, None, TranscriptChange(text=text))
    store.trash.delete([session.session_id], None)


@pytest.mark.parametrize("delete", [leave_live, delete_for_good, edit_and_throw_away])
def test_deleted_text_is_not_left_in_the_database(
    tmp_path: Path, delete: Callable[[SqlTranscriptStore, StreamingSession], None]
) -> None:
    url = f"sqlite:///{tmp_path / 'vivavoz.db'}"
    store = SqlTranscriptStore(url, tmp_path / "transcripts", undo_delete_s=0.0)
    session = a_session()
    store.open_session(session, TERMS)
    store.append_final(a_result(session, "confidencial"), DurableMark(1, 1), SUMMARY)
    delete(store, session)
    store.trash.purge()
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or b"confidencial" not in file.read_bytes()
    store.close()


def test_deleted_text_stays_in_the_log_no_longer_than_somebody_reads(
    store: SqlTranscriptStore, tmp_path: Path
) -> None:
    log = tmp_path / "vivavoz.db-wal"
    session = a_session()
    store.open_session(session, TERMS)
    with store._database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM transcripts").scalar()
        store.append_final(a_result(session, "confidencial"), DurableMark(1, 1), SUMMARY)
        store.discard(session.session_id)
        store.trash.purge()
        assert b"confidencial" in log.read_bytes()
    store.trash.purge()
    assert log.read_bytes() == b""


@pytest.mark.parametrize("query", ["", "palabra"])
def test_the_list_is_read_from_its_index(store: SqlTranscriptStore, query: str) -> None:
    """Counting thousands of transcripts must not read their texts."""
    statements: list[tuple[str, Any]] = []

    @event.listens_for(store._database.engine, "before_cursor_execute")
    def _keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    store.catalog.page("ana", query=query)
    with store._database.read() as connection:
        ((count, parameters),) = [found for found in statements if "count(*)" in found[0]]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {count}", parameters).all()
    assert any("USING COVERING INDEX ix_transcripts_listed" in step.detail for step in plan), plan


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("not a url", "not a database URL"),
        ("sqlite://", "needs a database file"),
        ("sqlite:///:memory:", "needs a database file"),
        ("mysql://localhost/x", "cannot be kept in mysql"),
        ("postgresql://nobody:secret@127.0.0.1:1/x", "does not answer"),
        ("sqlite:////dev/null/vivavoz.db", "could not be read or written"),
    ],
)
def test_an_unusable_url_is_refused_in_words(url: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(StorageFailedError, match=sentence) as caught:
        SqlTranscriptStore(url, tmp_path / "transcripts")
    assert "secret" not in str(caught.value)


def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "vivavoz.db"
    path.write_bytes(b"This is no database. " * 1000)
    with pytest.raises(StorageFailedError, match="damaged or is no database"):
        SqlTranscriptStore(f"sqlite:///{path}", tmp_path / "transcripts")
    assert path.read_bytes() == b"This is no database. " * 1000


def test_the_store_opens_in_a_folder_with_signs_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "100% ñandú #1"
    store = SqlTranscriptStore(f"sqlite:///{folder / 'vivavoz.db'}", folder / "transcripts")
    store.close()
    assert {path.name for path in folder.iterdir()} == {"transcripts", "vivavoz.db"}
