"""Folding, queries and snippets."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vivavoz.history.search import (
    BEGINNING_LENGTH,
    MAX_QUERY_PHRASES,
    SnippetPart,
    phrases_of,
    snippet_of,
    terms_of,
)

SIGN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
"""Of Thai, Lao, Burmese, Khmer, Japanese or Chinese: vowel marks are signs of their own."""
ELLIPSIS = SnippetPart("…", match=False)
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
        ("วันนี้", list("วันนี้")),
        ("", []),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


@given(ANY_TEXT)
@example("\u0e00 วันนี้ マイク・タイソン")
def test_a_term_is_letters_and_digits_or_one_sign_of_a_script_without_spaces(text: str) -> None:
    for term in terms_of(text):
        assert term
        assert SIGN.fullmatch(term) or all(char.isalnum() for char in term)


@given(SPEECH)
def test_folding_ignores_case_accents_and_their_encoding(text: str) -> None:
    terms = terms_of(text)
    assert terms_of(text.upper()) == terms
    assert terms_of(unicodedata.normalize("NFD", text)) == terms
    assert terms_of(" ".join(terms)) == terms


def test_a_term_has_64_characters() -> None:
    assert terms_of(f"{'x' * 65} {'É' * 65} y") == ["x" * 64, "e" * 64, "y"]


def test_a_query_is_split_at_spaces_into_phrases() -> None:
    assert phrases_of(" well-known  Café ") == [("well", "known"), ("cafe",)]
    assert phrases_of("¿? --") == []
    assert len(phrases_of("a " * 1000)) == MAX_QUERY_PHRASES == 16


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
    assert parts[0] == parts[-1] == ELLIPSIS
    assert [part.text for part in parts if part.match] == ["Aquí", "está"]
    assert parts[1].text.startswith("antes ")
    assert 150 < len("".join(part.text for part in parts)) < 210


@given(before=st.integers(0, 80), after=st.integers(0, 80))
def test_a_snippet_is_cut_between_words(before: int, after: int) -> None:
    words = [f"w{number}" for number in range(before + after)]
    text = " ".join([*words[:before], "here", *words[before:]])
    parts = snippet_of(text, [("here",)])
    shown = "".join(part.text for part in parts if part != ELLIPSIS)
    start = text.index("here") - shown.index("here")
    end = start + len(shown)
    assert text[start:end] == shown
    assert (parts[0] == ELLIPSIS) == (start > 0)
    assert (parts[-1] == ELLIPSIS) == (end < len(text))
    if start:
        assert text[start - 1] == " "
        assert 45 <= text.index("here") - start <= 50
    if end < len(text):
        assert text[end] == " "
        assert 195 <= end - start <= 200


def test_a_snippet_of_a_text_without_spaces_is_cut_anywhere() -> None:
    text = "日" * 300 + "本" + "日" * 300
    assert snippet_of(text, [("本",)]) == (
        ELLIPSIS,
        SnippetPart("日" * 50, match=False),
        SnippetPart("本", match=True),
        SnippetPart("日" * 149, match=False),
        ELLIPSIS,
    )


@given(length=st.integers(190, 210), word_length=st.integers(1, 40))
def test_so_many_characters_are_enough_for_a_beginning(length: int, word_length: int) -> None:
    text = (("x" * word_length + " ") * 210)[:length]
    assert snippet_of(text[:BEGINNING_LENGTH], []) == snippet_of(text, [])


def test_of_several_phrases_at_one_place_the_longest_is_marked() -> None:
    phrases = [("well",), ("well", "known"), ("we",)]
    assert snippet_of("well-known", phrases) == (SnippetPart("well-known", match=True),)


def test_no_character_is_marked_twice() -> None:
    assert snippet_of("no no no", [("no", "no")]) == (
        SnippetPart("no no", match=True),
        SnippetPart(" no", match=False),
    )


def test_all_words_of_a_phrase_but_the_last_are_whole() -> None:
    assert [part.match for part in snippet_of("well-known", [("we", "known")])] == [False]
    assert [part.match for part in snippet_of("well-known", [("well", "know")])] == [True]


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
