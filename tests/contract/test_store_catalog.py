"""Pages and search of the store of transcripts."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest

from tests.contract.dictations import (
    MORNING,
    SUMMARY,
    TERMS,
    a_result,
    a_session,
    dictate,
    listed,
    rows,
)
from vivavoz.errors import InvalidMessageError, TranscriptNotFoundError
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.search import terms_of
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.tables import SEGMENTS
from vivavoz.session.records import DurableMark


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
        store.open_session(session, TERMS)
        store.append_final(a_result(session, "aún no"), DurableMark(1, 1), SUMMARY)
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
        assert listed(store, "casa", "ana") == [hers]
        assert [item.id for item in store.catalog.page("bruno").items] == [his]
        assert store.catalog.page("carla").total == 0
        assert set(listed(store, "casa")) == {hers, his, nobodys}
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
        assert listed(store, "reunion") == [id_]
        assert listed(store, "todos") == [id_]
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
        assert listed(store, "se") == [kept]
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
        assert listed(store, query) == [id_]

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
        assert listed(store, query) == []

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
        assert listed(store, "hola AND NOT") == [id_]

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
            assert set(listed(store, query)) == expected, query
            outcomes.add(0 < len(expected) < len(texts))
        assert outcomes == {True, False}

    def test_snippets_mark_what_was_found(self, store: SqlTranscriptStore) -> None:
        dictate(store, "antes de todo, un Café con leche")
        (item,) = store.catalog.page(None, query="caf lech").items
        assert "".join(part.text for part in item.snippet) == "antes de todo, un Café con leche"
        assert [part.text for part in item.snippet if part.match] == ["Café", "leche"]

    def test_an_hour_of_speech_is_searched_to_its_end(self, store: SqlTranscriptStore) -> None:
        numbers = count()
        texts = [" ".join(f"palabra{next(numbers)}" for _ in range(900)) for _ in range(20)]
        id_ = dictate(store, *texts, "y al final mariposa")
        assert listed(store, "mariposa") == [id_]
        (item,) = store.catalog.page(None, query="mariposa").items
        assert [part.text for part in item.snippet if part.match] == ["mariposa"]
