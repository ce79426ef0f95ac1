"""What of JSON is read and written, beside what ``test_wire`` shows."""

import json
import math
from typing import Any

import pytest

from vivavoz.session.strict_json import MAX_MEMBERS, MAX_SAFE_INTEGER, dumps, loads


def test_an_object_has_no_more_members_than_any_message() -> None:
    most = {f"field{number}": number for number in range(MAX_MEMBERS)}
    assert loads(json.dumps({"data": most})) == {"data": most}
    with pytest.raises(ValueError, match="more than 256 fields"):
        loads(json.dumps({"data": most | {"another": 1}}))


def test_lists_may_be_as_long_as_their_message() -> None:
    ids = list(range(100_000))
    assert loads(json.dumps(ids)) == ids


def test_every_whole_number_that_a_double_can_hold_is_read() -> None:
    assert MAX_SAFE_INTEGER == 9_007_199_254_740_991
    assert loads("[9007199254740991, -9007199254740991]") == [MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not JSON"),
        ("{'a': 1}", "is not JSON"),
        (b"\xff", "is not JSON"),
        ("[" * 100_000, "is nested too deeply"),
        ("9007199254740992", "holds a whole number that is too large"),
        ("-9007199254740992", "holds a whole number that is too large"),
        ("9" * 9000, "holds a whole number that is too large"),
        ("-1e999", "holds a number that is too large"),
        ("[-Infinity]", "holds -Infinity, which is not JSON"),
        ('{"a": 1, "a": 1}', "names a field twice"),
    ],
)
def test_what_is_not_read_is_told_why(text: str | bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        loads(text)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (b"bytes", "holds what JSON cannot hold"),
        (nested(100_000), "is nested too deeply"),
        ({"a": math.nan}, "holds NaN, which is not JSON"),
        ({1: "one", "1": "uno"}, "names a field twice"),
        ([2**53], "holds a whole number that is too large"),
    ],
    ids=["bytes", "deep", "NaN", "twice", "large"],
)
def test_what_is_not_written_is_told_why(value: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        dumps(value)


def test_what_was_read_is_written_so_that_it_reads_the_same() -> None:
    text = '{"a": [1, -2.5, "\\u00f1", null, true], "b": {}}'
    assert dumps(loads(text)) == text
