"""What people type, cleaned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vivavoz.errors import InvalidMessageError
from vivavoz.history.editing import (
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
    TranscriptChange,
    clean_text,
    clean_title,
)


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_cleaned_to_one_that_can_be_stored_or_refused(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except InvalidMessageError:
        assert not any(char.isalnum() for char in text)
        return
    assert clean_text(cleaned) == cleaned == cleaned.strip()
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert "\n\n\n" not in cleaned
    cleaned.encode()
    assert [char for char in cleaned if char.isalnum()] == [char for char in text if char.isalnum()]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Hola.", "Hola."),
        ("  uno \r\ndos\rtres\u2028cuatro\n", "uno\ndos\ntres\ncuatro"),
        ("uno\n \n\t\n\n dos", "uno\n\n dos"),
        ("uno  dos\ttres", "uno  dos\ttres"),
        ("a\x00b\x1bc\ud800d", "abcd"),
        ("👩‍👩‍👧 שלום", "👩‍👩‍👧 שלום"),
    ],
)
def test_lines_end_alike_and_at_most_one_is_empty(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "\u200b\u2028"])
def test_a_text_that_nobody_sees_is_refused(text: str) -> None:
    with pytest.raises(InvalidMessageError, match="at least one visible character"):
        clean_text(text)


def test_the_limit_is_named() -> None:
    assert len(clean_text("x" * MAX_TEXT_LENGTH)) == MAX_TEXT_LENGTH
    with pytest.raises(InvalidMessageError, match=f"{MAX_TEXT_LENGTH} characters") as refused:
        clean_text("x" * (MAX_TEXT_LENGTH + 1))
    assert refused.value.details == {"limit": MAX_TEXT_LENGTH, "length": MAX_TEXT_LENGTH + 1}


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("Reunión", "Reunión"),
        ("  Reunión \r\n\tde  marzo ", "Reunión de marzo"),
        ("uno\u2028dos\u2029tres", "uno dos tres"),
        ("a\x00b\x7fc\ud800d", "a b c d"),
        ("👩‍👩‍👧 שלום", "👩‍👩‍👧 שלום"),
        ("x" * MAX_TITLE_LENGTH, "x" * MAX_TITLE_LENGTH),
        (f" {'x' * MAX_TITLE_LENGTH}\n", "x" * MAX_TITLE_LENGTH),
    ],
)
def test_a_title_is_one_line(title: str, cleaned: str) -> None:
    assert clean_title(title) == cleaned


@pytest.mark.parametrize("title", ["", " \n ", "\x00", "\u200b\u2028", "\ue000"])
def test_a_title_that_nobody_sees_is_refused(title: str) -> None:
    with pytest.raises(InvalidMessageError, match="A title needs at least one visible character"):
        clean_title(title)


def test_the_limit_of_a_title_is_named() -> None:
    assert MAX_TITLE_LENGTH == 200
    with pytest.raises(InvalidMessageError, match="200 characters; this one has 201") as refused:
        clean_title("x" * 201)
    assert refused.value.details == {"limit": 200, "length": 201}


def test_a_change_changes_something() -> None:
    assert TranscriptChange(text=None).model_fields_set == {"text"}
    with pytest.raises(ValidationError, match="a title, a text or both"):
        TranscriptChange()
