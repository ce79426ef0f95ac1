"""The first rule that a value broke, in words for whoever sent it, without what was sent."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_RULES: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "bytes_type": "must be base64 text",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "tuple_type": "must be a list",
    "string_too_short": "must not be empty",
    "string_too_long": "must hold at most {max_length} characters",
    "too_long": "must hold at most {max_length} items",
    "string_pattern_mismatch": "must match {pattern}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "json_invalid": "must be well-formed text",
}

_PATTERNS: Mapping[str, str] = {
    r"^[a-z]{2,3}$": "must be a language code such as es or en",
    r"^([a-z]{2,3}|auto)$": "must be a language code such as es or en, or auto",
}
"""Patterns in words."""

_SAFE_NAME = re.compile(r"[a-z][a-z_]{0,39}")


def broken_rule(error: ValidationError) -> tuple[str, str]:
    """The field and the rule it broke, such as ``("sequence_number", "must be at least 1")``.

    Validators of one field raise what it must be; those of a whole model raise a sentence that
    begins with a field.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(_step(step) for step in first["loc"])
    rule = _rule(first["type"], first.get("ctx", {}))
    if not field and first["type"] == "value_error":
        field, _, rule = rule.partition(" ")
    return field or "data", rule


def _rule(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "value_error":
        return str(context["error"])
    if kind.startswith(("datetime", "timezone")):
        return "must be an ISO 8601 date and time"
    if context.get("pattern") in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    return _RULES.get(kind, "is not valid").format(**context)


def _step(step: int | str) -> str:
    """A name that a client made up may be anything; only plain ones are repeated."""
    if isinstance(step, int):
        return str(step)
    return step if _SAFE_NAME.fullmatch(step) else "?"
