"""Folding, queries and snippets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.history.search import (
    MAX_QUERY_PHRASES,
    SnippetPart,
    phrases_of,
    snippet_of,
    terms_of,
)

ANY_TEXT = st.text(st.characters(), max_size=200)
SPEECH = st.text("aábcçñ ,.¿?'-日本ß½", max_size=120)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("¡Hola, MUNDO!", ["hola", "mundo"]),
        ("café cafe\u0301 Çà İstanbul", ["cafe", "cafe", "ca", "istanbul"]),
        ("a_b well-known 2.5", ["a", "b", "well", "known", "2", "5"]),
        ("ﬁn Straße ½", ["fin", "strasse", "1", "2"]),
        ("日本go", ["日", "本", "go"]),
        ("", []),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


@given(ANY_TEXT)
def test_a_term_is_letters_and_digits_only(text: str) -> None:
    for term in terms_of(text):
        assert term
        assert all(char.isalnum() for char in term)


@given(SPEECH)
def test_folding_ignores_case_accents_and_their_encoding(text: str) -> None:
    terms = terms_of(text)
    assert terms_of(text.upper()) == terms
    assert terms_of(unicodedata.normalize("NFD", text)) == terms
    assert terms_of(" ".join(terms)) == terms


def test_a_query_is_split_at_spaces_into_phrases() -> None:
    assert phrases_of(" well-known  Café ") == [("well", "known"), ("cafe",)]
    assert phrases_of("¿? --") == []
    assert len(phrases_of("a " * 1000)) == MAX_QUERY_PHRASES


@given(SPEECH, SPEECH)
def test_a_snippet_is_a_cut_of_the_text(text: str, query: str) -> None:
    parts = snippet_of(text, phrases_of(query))
    shown = "".join(part.text for part in parts if part.text != "…")
    assert shown in text
    assert all(part.text for part in parts)


@given(st.lists(st.sampled_from(["uno", "dós", "TRES", "cuatro", "cinco"]), min_size=1))
def test_a_snippet_marks_a_word_that_the_text_holds(words: list[str]) -> None:
    text = " ".join(words)
    for word in words:
        marked = [p.text for p in snippet_of(text, phrases_of(word.lower())) if p.match]
        assert marked
        assert set(marked) == {word}


def test_a_snippet_begins_a_little_before_the_first_match() -> None:
    text = "antes " * 100 + "Aquí está " + "después " * 100
    parts = snippet_of(text, phrases_of("aqui esta"))
    assert parts[0] == parts[-1] == SnippetPart("…", match=False)
    assert [part.text for part in parts if part.match] == ["Aquí", "está"]
    assert parts[1].text.startswith("antes ")
    assert 150 < len("".join(part.text for part in parts)) < 210


def test_a_phrase_is_marked_as_one() -> None:
    parts = snippet_of("a well-known fact, known well", phrases_of("well-kno"))
    assert parts == (
        SnippetPart("a ", match=False),
        SnippetPart("well-known", match=True),
        SnippetPart(" fact, known well", match=False),
    )


def test_without_a_query_the_snippet_is_the_beginning() -> None:
    assert snippet_of("hola", []) == (SnippetPart("hola", match=False),)
    (beginning, ellipsis) = snippet_of("palabra " * 100, [])
    assert beginning.text.startswith("palabra palabra")
    assert beginning.text.endswith("palabra")
    assert ellipsis.text == "…"
