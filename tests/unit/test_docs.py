"""The pages under docs/ say what the code says."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from vivavoz import errors
from vivavoz.session import entities, events
from vivavoz.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
ALL_EVENTS = [*get_args(events.ClientEvent), *get_args(events.ServerEvent)]
MODELS = [
    model
    for module in (entities, events)
    for model in vars(module).values()
    if inspect.isclass(model) and issubclass(model, BaseModel) and model is not BaseModel
]
WARNING_CODES = [code for name, code in vars(events.WarningCode).items() if name.isupper()]


def page(name: str) -> str:
    """The text of one page of docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under one heading of the second level."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"no section {title}"
    return found[1]


def test_generated_parts_are_up_to_date() -> None:
    script = ROOT / "scripts" / "generate_docs.py"
    command = [sys.executable, str(script), "--check"]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description, f"{name} has no description"
    assert description.endswith("."), f"the description of {name} is no sentence"
    row = next(x for x in page("settings.md").splitlines() if f"| `VIVAVOZ_{name.upper()}` |" in x)
    assert " ".join(description.split()) in row


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_event_and_entity_says_what_it_is(model: type[BaseModel]) -> None:
    assert "__doc__" in vars(model)
    assert model.__doc__


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.event)
def test_every_event_and_field_is_in_the_protocol(event: type[events.Event]) -> None:
    part = section(page("protocol.md"), "Events")
    found = re.search(rf"^#### `{event.event}`\n(.*?)(?=^###|\Z)", part, re.DOTALL | re.MULTILINE)
    assert found, f"{event.event} has no heading"
    fields = event.model_fields
    wrapped = next(iter(fields.values())).annotation
    if len(fields) == 1 and inspect.isclass(wrapped) and issubclass(wrapped, entities.Entity):
        fields = wrapped.model_fields
    assert not [name for name in fields if f"| `{name}` |" not in found[1]]


@pytest.mark.parametrize("code", WARNING_CODES)
def test_every_warning_is_in_the_protocol(code: str) -> None:
    assert f"| `{code}` | " in section(page("protocol.md"), "Warnings")


def test_no_warning_in_the_protocol_is_unknown() -> None:
    table = section(page("protocol.md"), "Warnings")
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == set(WARNING_CODES)


@pytest.mark.parametrize(
    "error",
    [e for e in vars(errors).values() if inspect.isclass(e) and "code" in vars(e)],
    ids=lambda error: error.__name__,
)
def test_every_error_code_is_in_the_protocol(error: type[errors.VivavozError]) -> None:
    assert error.__doc__
    table = section(page("protocol.md"), "Error codes")
    assert f"| `{error.code}` | {error.http_status} | " in table


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_links_between_pages_lead_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_named_source_files_exist(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|scripts|tests|docs|benchmarks)/[\w./-]+?\.\w+)`", text)
    assert not [name for name in named if not (ROOT / name).exists()]
