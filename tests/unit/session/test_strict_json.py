"""What of JSON is read, beside what ``test_wire`` shows."""

import json

import pytest

from vivavoz.session.strict_json import MAX_MEMBERS, loads


def test_an_object_has_no_more_members_than_any_message() -> None:
    most = {f"field{number}": number for number in range(MAX_MEMBERS)}
    assert loads(json.dumps({"data": most})) == {"data": most}
    with pytest.raises(ValueError, match="more than 256 fields"):
        loads(json.dumps({"data": most | {"another": 1}}))


def test_lists_may_be_as_long_as_their_message() -> None:
    ids = list(range(100_000))
    assert loads(json.dumps(ids)) == ids
