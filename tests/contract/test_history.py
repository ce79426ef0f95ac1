"""One suite for what is done to finished transcripts, over SQLite and over a real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from tests.contract.dictations import MORNING, UNDO, Clock, dictate, listed, rows
from vivavoz.errors import InvalidMessageError, StorageFailedError, TranscriptNotFoundError
from vivavoz.history.editing import MAX_TEXT_LENGTH, TranscriptChange
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import SEGMENTS, TRANSCRIPTS
from vivavoz.history.transcripts import Transcript


def edit(store: SqlTranscriptStore, id_: UUID, text: str | None) -> Transcript:
    return store.catalog.change(id_, None, TranscriptChange(text=text))


def file_text(folder: Path, transcript: Transcript) -> str:
    """What stands after the file's three first lines."""
    content = (folder / transcript.file_name).read_bytes().decode()
    return content.split("\n", 3)[3]


class TestEditing:
    def test_the_edited_text_is_shown_searched_and_in_the_file(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        id_ = dictate(store, "ola a todos", "buenos días")
        before = store.catalog.get(id_, None)
        clock.now += timedelta(hours=1)
        edited = edit(store, id_, "Hola a todos.\n\nBuenos días, mariposa.")
        assert edited == store.catalog.get(id_, None)
        assert edited.text == "Hola a todos.\n\nBuenos días, mariposa."
        assert edited.paragraphs == ("Hola a todos.", "Buenos días, mariposa.")
        assert edited.original_text == "ola a todos buenos días"
        assert edited.edited_at == clock.now
        assert edited.word_count == 6
        assert edited.segments == before.segments
        assert edited.title == before.title
        assert edited.file_name == before.file_name
        assert file_text(folder, edited) == f"{edited.text}\n"
        assert [file.name for file in folder.iterdir()] == [edited.file_name]
        (item,) = store.catalog.page(None, query="maripo").items
        assert (item.id, item.edited_at, item.word_count) == (id_, clock.now, 6)
        assert [part.text for part in item.snippet if part.match] == ["mariposa"]
        assert listed(store, "mariposa todos") == [id_]

    def test_what_was_edited_away_is_not_found(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "palabra secreta")
        edit(store, id_, "otra cosa")
        store.catalog.change(id_, None, TranscriptChange(title="Notas"))
        assert listed(store, "secreta") == []
        assert listed(store, "otra notas") == [id_]

    def test_the_original_comes_back(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        id_ = dictate(store, "hola a todos", "buenos días")
        original = store.catalog.get(id_, None)
        edit(store, id_, "uno")
        edit(store, id_, "dos")
        assert store.catalog.get(id_, None).original_text == original.text
        clock.now += timedelta(hours=1)
        assert edit(store, id_, None) == original
        assert file_text(folder, original) == "hola a todos buenos días\n"
        assert listed(store, "buenos") == [id_]
        assert listed(store, "dos") == []

    def test_typing_the_original_is_no_edit(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "hola a todos")
        edit(store, id_, "uno")
        assert edit(store, id_, " hola a todos\r\n").edited_at is None

    def test_title_and_text_change_together_or_not_at_all(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        id_ = dictate(store, "hola a todos")
        both = TranscriptChange(title="Saludo", text="Hola.")
        changed = store.catalog.change(id_, None, both)
        assert (changed.title, changed.text) == ("Saludo", "Hola.")
        for refused in (
            TranscriptChange(title="Otro", text=" \n\x00"),
            TranscriptChange(title=" ", text="Otra"),
            TranscriptChange(title="Otro", text="x" * (MAX_TEXT_LENGTH + 1)),
        ):
            with pytest.raises(InvalidMessageError):
                store.catalog.change(id_, None, refused)
        assert store.catalog.get(id_, None) == changed
        assert file_text(folder, changed) == "Hola.\n"

    def test_the_longest_text_is_kept_and_found(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "hola")
        longest = f"{'ñandú ' * ((MAX_TEXT_LENGTH - 8) // 6)}mariposa"
        assert edit(store, id_, longest).text == longest
        assert listed(store, "mariposa") == [id_]

    def test_a_file_that_cannot_be_written_leaves_everything_as_it_was(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        id_ = dictate(store, "hola a todos")
        before = store.catalog.get(id_, None)
        (folder / before.file_name).unlink()
        folder.rmdir()
        folder.write_text("in the way")
        with pytest.raises(StorageFailedError):
            edit(store, id_, "adiós")
        folder.unlink()
        assert store.catalog.get(id_, None) == before
        assert listed(store, "adios") == []
        assert file_text(folder, edit(store, id_, "adiós")) == "adiós\n"

    def test_somebody_elses_is_as_if_there_were_none(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "hola", user_id="ana")
        for foreign in (id_, uuid4()):
            with pytest.raises(TranscriptNotFoundError, match="may have been deleted"):
                store.catalog.change(foreign, "bruno", TranscriptChange(text="mía"))
        assert store.catalog.get(id_, "ana").text == "hola"

    def test_paragraphs_begin_after_long_pauses(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, *("uno", "dos", "", "", "tres"))
        transcript = store.catalog.get(id_, None)
        assert transcript.paragraphs == ("uno dos", "tres")
        assert transcript.text == transcript.original_text == "uno dos tres"


class TestDeleting:
    def test_a_deleted_transcript_is_hidden_at_once(
        self, store: SqlTranscriptStore, folder: Path
    ) -> None:
        kept, gone = dictate(store, "se queda"), dictate(store, "se va")
        assert store.trash.delete([gone], None).done == (gone,)
        assert listed(store) == listed(store, "se") == [kept]
        assert store.catalog.page(None).total == 1
        attempts: list[Callable[[], object]] = [
            lambda: store.catalog.get(gone, None),
            lambda: store.catalog.find(str(gone), None),
            lambda: store.catalog.require([kept, gone], None),
            lambda: edit(store, gone, "x"),
            lambda: store.catalog.change(gone, None, TranscriptChange(title="x")),
        ]
        for attempt in attempts:
            with pytest.raises(TranscriptNotFoundError):
                attempt()
        assert store.trash.delete([gone], None).missing == (gone,)
        assert len(list(folder.iterdir())) == 2

    def test_it_comes_back_as_it_was(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        id_ = dictate(store, "hola a todos", user_id="ana")
        before = edit(store, id_, "Hola a todas.")
        store.trash.delete([id_], "ana")
        clock.now += UNDO - timedelta(seconds=1)
        assert store.trash.purge() == 0
        assert store.trash.restore([id_], "ana").done == (id_,)
        assert store.catalog.get(id_, "ana") == before
        assert listed(store, "todas", "ana") == [id_]
        assert file_text(folder, before) == "Hola a todas.\n"
        clock.now += 2 * UNDO
        assert store.trash.purge() == 0
        assert listed(store) == [id_]

    def test_restoring_what_is_not_deleted_changes_nothing(self, store: SqlTranscriptStore) -> None:
        id_ = dictate(store, "hola")
        assert store.trash.restore([id_], None).done == (id_,)
        assert listed(store) == [id_]

    def test_the_time_to_undo_ends_on_time(self, store: SqlTranscriptStore, clock: Clock) -> None:
        id_ = dictate(store, "hola")
        store.trash.delete([id_], None)
        clock.now += UNDO
        assert store.trash.restore([id_], None).missing == (id_,)
        assert listed(store) == []

    def test_it_goes_for_good_with_all_that_belongs_to_it(
        self, store: SqlTranscriptStore, folder: Path, clock: Clock
    ) -> None:
        kept = dictate(store, "se queda")
        early = dictate(store, "pronto")
        late = dictate(store, "tarde")
        store.trash.delete([early], None)
        clock.now += UNDO / 2
        store.trash.delete([late], None)
        clock.now += UNDO / 2
        assert store.trash.purge() == 1
        assert store.trash.restore([early, late], None).done == (late,)
        assert rows(store, TRANSCRIPTS) == rows(store, SEGMENTS) == 2
        assert rows(store, sa.table("transcript_search")) == 2
        assert set(listed(store)) == {kept, late}
        assert len(list(folder.iterdir())) == 2
        assert store.trash.purge() == 0

    def test_the_next_process_purges_what_this_one_deleted(
        self, store: SqlTranscriptStore, url: str, folder: Path, clock: Clock
    ) -> None:
        store.trash.delete([dictate(store, "hola")], None)
        clock.now += UNDO
        other = SqlTranscriptStore(url, folder, clock=clock, undo_delete_s=UNDO.total_seconds())
        assert other.trash.purge() == 1
        other.close()
        assert list(folder.iterdir()) == []

    def test_more_than_go_at_once_go(
        self, store: SqlTranscriptStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("vivavoz.history.trash._MAX_ERASED_AT_ONCE", 5)
        ids = [dictate(store, "hola", start=MORNING + timedelta(seconds=n)) for n in range(11)]
        affected = store.trash.delete(ids, None)
        assert affected.done == tuple(ids)
        clock.now += UNDO
        assert store.trash.purge() == 11
        assert rows(store, TRANSCRIPTS) == 0

    def test_somebody_elses_is_as_if_there_were_none(
        self, store: SqlTranscriptStore, clock: Clock
    ) -> None:
        hers = dictate(store, "hola", user_id="ana")
        nobodys, none = dictate(store, "hola"), uuid4()
        store.trash.delete([hers, nobodys], None)
        assert store.trash.restore([hers, nobodys, none], "bruno").missing == (hers, nobodys, none)
        assert listed(store) == []
        assert store.trash.restore([hers], "ana").done == (hers,)

    def test_each_id_is_told_of_once_and_in_order(self, store: SqlTranscriptStore) -> None:
        one, two, none = dictate(store, "uno"), dictate(store, "dos"), uuid4()
        affected = store.trash.delete([two, none, one, two, none], None)
        assert (affected.done, affected.missing) == ((two, one), (none,))
        assert store.trash.delete([], None).done == ()

    def test_deleting_and_restoring_at_the_same_time_end_well(
        self, store: SqlTranscriptStore, url: str, folder: Path, clock: Clock
    ) -> None:
        ids = [dictate(store, f"número {n}") for n in range(6)]
        others = [SqlTranscriptStore(url, folder, lock_timeout_s=10, clock=clock) for _ in range(6)]

        def toggle(number: int) -> None:
            trash = others[number].trash
            order = ids if number % 2 else ids[::-1]
            for _ in range(5):
                assert trash.delete(order, None).missing is not None
                assert trash.restore(order, None).missing == ()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(toggle, range(6)))
        for other in others:
            other.close()
        assert set(listed(store)) == set(ids)
