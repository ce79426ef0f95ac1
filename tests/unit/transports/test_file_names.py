"""Names of uploaded files, as strangers send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.transports.file_names import telling_name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Entrevista Ana.wav", "Entrevista Ana.wav"),
        ("C:\\Users\\ana\\interview.mp3", "interview.mp3"),
        ("../../etc/notes.ogg", "notes.ogg"),
        ("two\r\nlines\u202e.wav", "twolines.wav"),
        ("no ending", "no ending"),
        ("日本.m4a", "日本.m4a"),
        ("x" * 300 + ".wav", "x" * 196 + ".wav"),
        ("recording.webm", None),
        ("Blob", None),
        ("vivavoz-1.webm", None),
        ("-", None),
        ("...", None),
        ("", None),
    ],
)
def test_what_a_name_tells(name: str, told: str | None) -> None:
    assert telling_name(name) == told


@given(st.text())
def test_any_name_is_one_short_line_or_nothing(name: str) -> None:
    told = telling_name(name)
    assert told is None or (told.isprintable() and told.strip() == told and 0 < len(told) <= 200)
