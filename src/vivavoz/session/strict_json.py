"""JSON as strangers may send it: what readers disagree about, or what could hurt, is refused.

The interoperable subset of RFC 7493 (I-JSON): no repeated names, no NaN or infinity, whole numbers
that a double can hold; and no object of more than ``MAX_MEMBERS``. Nesting is bounded by the
interpreter's own limit. Errors are ``ValueError`` whose sentence says what is wrong ("is not JSON")
and never what was sent.
"""

import json
import math
from typing import Any, NoReturn

MAX_SAFE_INTEGER = 2**53 - 1
MAX_MEMBERS = 256
"""Several times what any message has: each unknown field costs an error of its own later."""


def loads(text: str | bytes) -> Any:
    """Parse one JSON value.

    Raises:
        ValueError: it is not JSON, or not in the interoperable subset.
    """
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except _OutsideSubsetError:
        raise
    except ValueError:
        raise ValueError("is not JSON") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def dumps(value: Any) -> str:
    """Write a value that came from ``loads``, or from another parser that was less strict.

    Raises:
        ValueError: JSON cannot hold it, or it is not in the interoperable subset.
    """
    try:
        text = json.dumps(value)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except (TypeError, ValueError):
        raise ValueError("holds what JSON cannot hold") from None
    loads(text)
    return text


class _OutsideSubsetError(ValueError):
    """It is JSON but outside the interoperable subset."""


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_SAFE_INTEGER:
        raise _OutsideSubsetError("holds a whole number that is too large")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _OutsideSubsetError("holds a number that is too large")
    return value


def _constant(name: str) -> NoReturn:
    raise _OutsideSubsetError(f"holds {name}, which is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        raise _OutsideSubsetError(f"has an object of more than {MAX_MEMBERS} fields")
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _OutsideSubsetError("names a field twice")
    return members


_DECODER = json.JSONDecoder(
    parse_int=_integer,
    parse_float=_number,
    parse_constant=_constant,
    object_pairs_hook=_object,
)
