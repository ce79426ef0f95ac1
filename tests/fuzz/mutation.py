"""Valid things made wrong, by a seeded random generator."""

import json
import random
from collections.abc import Callable

_ODD_VALUES: tuple[object, ...] = (
    None, True, -1, 0, 1, 2**31, 2**63, 1e308, -0.0, "", "x", "\x00", "ñ" * 300, "../../etc/passwd",
    [], {}, [[[[[[]]]]]], {"a": {"a": {}}}, "00000000-0000-0000-0000-000000000000", "auto", "zz",
)  # fmt: skip


def mutated_message(rng: random.Random, name: str, data: dict[str, object]) -> tuple[str, object]:
    """An event of which one thing is odd: a field's value, its absence, another one, or all."""
    data = dict(data)
    match rng.randrange(5):
        case 0 if data:
            data[rng.choice(list(data))] = rng.choice(_ODD_VALUES)
        case 1 if data:
            del data[rng.choice(list(data))]
        case 2:
            data[f"field{rng.randrange(9)}"] = rng.choice(_ODD_VALUES)
        case 3:
            return name, rng.choice(_ODD_VALUES)
        case _:
            name = rng.choice(("", "session_created", "ack", "connect", "disconnect", "no_event"))
    return name, data


def mutated_text(rng: random.Random, text: str) -> str:
    """A text frame of which some characters are gone, doubled or others."""
    position = rng.randrange(len(text) + 1)
    match rng.randrange(4):
        case 0:
            return text[:position]
        case 1:
            return text[:position] + chr(rng.randrange(1, 0xD800)) + text[position:]
        case 2:
            return text * rng.randrange(2, 5)
        case _:
            return json.dumps(rng.choice(_ODD_VALUES))


def mutated_bytes(rng: random.Random, data: bytes) -> bytes:
    """A recording of which something is flipped, cut out, doubled, cut off or put elsewhere."""
    start = rng.randrange(len(data))
    end = min(start + rng.randrange(1, 600), len(data))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: data[:start] + bytes(byte ^ (1 << rng.randrange(8)) for byte in data[start:end])
        + data[end:],
        lambda: data[:start] + data[end:],
        lambda: data[:end] + data[start:],
        lambda: data[:start],
        lambda: data[:start] + rng.randbytes(end - start) + data[end:],
        lambda: data[end:] + data[:end],
        lambda: data[:start] + b"\xff" * (end - start) + data[end:],
    )  # fmt: skip
    return rng.choice(ways)()
