"""Every string of the page exists in both languages, for every code that the server can send."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.page.scripted_server import WEB
from vivavoz import errors
from vivavoz.errors import VivavozError
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import WarningCode

ENTRY = re.compile(r'^  "([\w.]+)": "((?:[^"\\]|\\.)*)",$', re.MULTILINE)
LANGUAGES = ("en", "es")
SOURCES = [path for path in sorted(WEB.rglob("*.js")) if WEB / "i18n" not in path.parents]


def catalogues(language: str) -> list[Path]:
    """The files that hold the strings of a language: the first visit's, and one for each part."""
    folder = WEB / "i18n"
    return [folder / f"{language}.js", *sorted((folder / language).glob("*.js"))]


def words(language: str) -> dict[str, str]:
    """The strings of a language by key."""
    return {
        key: text for path in catalogues(language) for key, text in ENTRY.findall(path.read_text())
    }


def needed_keys() -> Iterator[str]:
    """What the server may send and what the page says by name."""
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, VivavozError):
            yield f"error.{kind.code}"
    yield from (f"warning.{code}" for name, code in vars(WarningCode).items() if name.isupper())
    yield from (f"status.{status}" for status in SessionStatus)
    returned = (WEB / "display.js").read_text().partition("@returns")[2].partition("*/")[0]
    states = set(re.findall(r'"(\w+)"', returned))
    yield from (f"state.{state}" for state in states)
    yield from (f"hint.{state}" for state in states - {"reconnecting"})
    html = (WEB / "index.html").read_text()
    yield from re.findall(r'data-i18n(?:-label)?="([\w.]+)"', html)
    for source in SOURCES:
        text = source.read_text()
        yield from re.findall(r'\bt\(\s*"([\w.]+)"', text)
        for plural in re.findall(r'tCount\(\s*"([\w.]+)"', text):
            yield from (f"{plural}.one", f"{plural}.other")
        yield from re.findall(r'"(microphone_\w+)"', text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_is_needed_is_missing(language: str) -> None:
    assert set(needed_keys()) - words(language).keys() == set()


def test_the_languages_hold_the_same_keys_in_the_same_order() -> None:
    assert list(words("en")) == list(words("es"))


def test_every_line_of_a_catalogue_is_an_entry() -> None:
    for path in [path for language in LANGUAGES for path in catalogues(language)]:
        lines = path.read_text().splitlines()
        strange = [line for line in lines[1:-1] if line and not ENTRY.fullmatch(line)]
        assert strange == []


def test_a_string_has_the_same_blanks_in_both_languages() -> None:
    english, spanish = (
        {key: set(re.findall(r"\{\w+\}", text)) for key, text in words(language).items()}
        for language in LANGUAGES
    )
    assert english == spanish


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_kept_that_nobody_says(language: str) -> None:
    sources = "".join(path.read_text() for path in [*SOURCES, WEB / "index.html"])
    needed = set(needed_keys())
    composed = (
        "files.error.",
        "reason.",
        "settings.theme.",
        "settings.text_size.",
        "hint.",
        "state.",
        "level.",
    )
    unused = {
        key
        for key in words(language).keys() - needed
        if f'"{key}"' not in sources and not key.startswith(composed)
    }
    assert unused == set()
