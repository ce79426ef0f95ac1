"""How large a message may be."""

_ENVELOPE_BYTES = 4096


def max_message_bytes(max_chunk_bytes: int) -> int:
    """A chunk of the largest size as base64, with the fields around it."""
    return (max_chunk_bytes + 2) // 3 * 4 + _ENVELOPE_BYTES
