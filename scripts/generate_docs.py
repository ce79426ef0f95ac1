#!/usr/bin/env python3
"""Write the parts of docs/ that the code knows best; ``--check`` only says which are out of date.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; everything else
in a page is written by hand.
"""

import builtins
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from vivavoz import errors
from vivavoz.session.entities import Entity, SessionStatus
from vivavoz.session.events import ClientEvent, Event, ServerEvent
from vivavoz.session.state import TERMINAL, TRANSITIONS
from vivavoz.settings import Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
PART = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

FORMATS = {
    "binary": "base64 text",
    "date-time": "ISO 8601 time",
    "path": "path",
    "uuid": "UUID",
}
BOUNDS = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "exclusiveMaximum": "< "}
LENGTHS = {"maxLength": "characters", "maxItems": "items", "maxProperties": "items"}


# --- words for a JSON schema ----------------------------------------------------------------------


def type_of(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What values a schema allows, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        target = definitions[name]
        return type_of(target, definitions) if "enum" in target else f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(type_of(choice, definitions) for choice in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if choices := re.fullmatch(r"\^\(([a-z|]+)\)\$", schema.get("pattern", "")):
        return ", ".join(f"`{choice}`" for choice in choices[1].split("|"))
    kind: str = FORMATS.get(schema.get("format", ""), schema.get("type", "anything"))
    if kind == "array":
        kind = f"list of {type_of(schema['items'], definitions)}"
    bounds = [f"{sign}{schema[key]:,}" for key, sign in BOUNDS.items() if key in schema]
    bounds += [f"at most {schema[key]} {what}" for key, what in LENGTHS.items() if key in schema]
    bounds += [f"matching `{schema['pattern']}`"] if "pattern" in schema else []
    return ", ".join([kind, *bounds])


def in_cell(text: str) -> str:
    """A text as one cell of a Markdown table."""
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def described(item: object) -> str:
    """An object's own docstring, for Markdown."""
    return (inspect.getdoc(item) or "").replace("``", "`")


# --- settings.md ----------------------------------------------------------------------------------


def settings() -> Iterator[str]:
    """One table of settings for each group of them in the source."""
    schema = Settings.model_json_schema()
    for line in inspect.getsource(Settings).splitlines():
        if group := re.fullmatch(r"    # ([A-Z].*)", line):
            yield from ["", f"## {group[1]}", "", "| variable | default | values | meaning |"]
            yield "|---|---|---|---|"
        elif (match := re.match(r"    (\w+): ", line)) and match[1] in Settings.model_fields:
            yield setting(match[1], schema)


def setting(name: str, schema: Mapping[str, Any]) -> str:
    """One setting's row."""
    field = Settings.model_fields[name]
    known = schema["properties"][name]
    values = type_of(known, schema.get("$defs", {})).replace(" or null", "")
    shown = default_of(known)
    return f"| `VIVAVOZ_{name.upper()}` | {shown} | {values} | {in_cell(field.description or '')} |"


def default_of(schema: Mapping[str, Any]) -> str:
    """A setting's default as one would write it into the environment."""
    match schema.get("default", ...):
        case builtins.Ellipsis:
            return "the platform's"
        case None | []:
            return "none"
        case bool(switch):
            return f"`{str(switch).lower()}`"
        case default:
            return f"`{default}`"


# --- architecture.md ------------------------------------------------------------------------------


def states() -> Iterator[str]:
    """The transition table as a Mermaid diagram."""
    yield from ["", "```mermaid", "stateDiagram-v2"]
    yield f"    [*] --> {next(iter(SessionStatus))}"
    for status, successors in TRANSITIONS.items():
        for successor in sorted(successors, key=list(SessionStatus).index):
            yield f"    {status} --> {successor}"
    yield from (f"    {status} --> [*]" for status in SessionStatus if status in TERMINAL)
    yield from ["```", ""]


# --- protocol.md ----------------------------------------------------------------------------------

DIRECTIONS: tuple[tuple[str, UnionType, JsonSchemaMode], ...] = (
    ("From the client", ClientEvent, "validation"),
    ("From the server", ServerEvent, "serialization"),
)


def events() -> Iterator[str]:
    """Every event with its fields, then the objects that occur in them."""
    objects: dict[str, Any] = {}
    for title, union, mode in DIRECTIONS:
        yield from ["", f"### {title}"]
        for event in get_args(union):
            yield from ["", f"#### `{event.event}`", "", described(event)]
            schema = data_model(event).model_json_schema(mode=mode)
            known = schema.get("$defs", {})
            for part in (schema, *known.values()) if mode == "serialization" else ():
                part["required"] = part.get("properties", {}).keys()
            objects |= known
            yield from fields(schema, known)
    yield from ["", "### Objects in them"]
    for name, schema in sorted(objects.items()):
        if "properties" in schema:
            yield from ["", f"#### {name}", "", schema["description"].replace("``", "`")]
            yield from fields(schema, objects)
    yield ""


def data_model(event: type[Event]) -> type[BaseModel]:
    """The model whose fields are the event's ``data``: its own, or those of its one entity."""
    types = [field.annotation for field in event.model_fields.values()]
    if len(types) == 1 and inspect.isclass(types[0]) and issubclass(types[0], Entity):
        return types[0]
    return event


def fields(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    """A table of an object's fields."""
    if not schema.get("properties"):
        return
    yield from ["", "| field | type |", "|---|---|"]
    for name, field in schema["properties"].items():
        optional = "" if name in schema.get("required", ()) else "; may be left out"
        yield f"| `{name}` | {in_cell(type_of(field, definitions) + optional)} |"


def error_codes() -> Iterator[str]:
    """Every code with its HTTP status, whether the session goes on, and what it means."""
    classes = {
        error.code: error
        for error in vars(errors).values()
        if inspect.isclass(error) and issubclass(error, errors.VivavozError)
        and "code" in vars(error)
    }  # fmt: skip
    yield from ["", "| code | HTTP | session goes on | meaning |", "|---|---|---|---|"]
    for code, error in classes.items():
        goes_on = "yes" if error.recoverable else "no"
        yield f"| `{code}` | {error.http_status} | {goes_on} | {in_cell(error.__doc__ or '')} |"
    yield ""


PARTS: Mapping[str, Callable[[], Iterator[str]]] = {
    "settings": settings,
    "states": states,
    "events": events,
    "error-codes": error_codes,
}


def renewed(page: str) -> str:
    """The page with each of its generated parts made anew."""
    return PART.sub(lambda part: part[1] + "\n".join(PARTS[part["name"]]()) + "\n" + part[3], page)


def main(arguments: list[str]) -> int | str:
    """Write the pages, or with ``--check`` return the sentence that names the outdated ones."""
    outdated = []
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        if (new := renewed(text)) != text:
            outdated.append(f"docs/{page.name}")
            if "--check" not in arguments:
                page.write_text(new, encoding="utf-8")
    if outdated and "--check" in arguments:
        return f"Out of date: {', '.join(outdated)}. Run `make docs`."
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
