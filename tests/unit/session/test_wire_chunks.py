"""Chunks on the wire, in text and in binary frames: what is filled in and what is refused."""

import base64
import math
import struct
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.session.messages import MIME_TYPE, SESSION_ID, chunk_fields, decoded_chunk
from vivavoz.errors import ChunkTooLargeError, InvalidMessageError
from vivavoz.session.entities import MAX_CHUNK_BYTES
from vivavoz.session.wire import decode_client, decode_client_binary, encode_binary_chunk


@given(
    st.integers(1, 2**32 - 1),
    st.floats(0, 4_102_444_800_000),
    st.binary(min_size=1, max_size=500),
)
def test_a_binary_chunk_survives_the_journey(
    sequence_number: int, captured_at_ms: float, audio: bytes
) -> None:
    frame = encode_binary_chunk(sequence_number, captured_at_ms, audio)
    chunk = decode_client_binary(frame, session_id=SESSION_ID, mime_type=MIME_TYPE).chunk
    assert chunk.sequence_number == sequence_number
    assert chunk.timestamp.timestamp() * 1000 == pytest.approx(captured_at_ms, abs=0.01)
    assert chunk.audio_data == audio
    assert chunk.size_bytes == len(audio)
    assert (chunk.session_id, chunk.mime_type) == (SESSION_ID, MIME_TYPE)


def test_the_server_fills_in_what_the_client_left_out() -> None:
    chunk = decoded_chunk()
    assert chunk.session_id == SESSION_ID
    assert chunk.audio_data == b"sound"


def test_a_client_cannot_forge_the_time_of_arrival() -> None:
    assert decoded_chunk(received_at="2001-01-01T00:00:00Z").received_at.year > 2001


@pytest.mark.parametrize(
    "timestamp",
    [
        1767323045000,
        1767323045000.0,
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05Z",
        "2026-01-02T05:04:05+02:00",
    ],
)
def test_a_capture_time_is_iso_or_milliseconds(timestamp: float | str) -> None:
    assert decoded_chunk(timestamp=timestamp).timestamp == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_transport_may_hand_over_bytes() -> None:
    assert decoded_chunk(audio_data=b"sound").audio_data == b"sound"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sequence_number": 0}, "sequence_number"),
        ({"sequence_number": "1"}, "sequence_number"),
        ({"sequence_number": True}, "sequence_number"),
        ({"sequence_number": 1.5}, "sequence_number"),
        ({"sequence_number": 10**30}, "data"),
        ({"chunk_id": ""}, "chunk_id"),
        ({"chunk_id": "x" * 129}, "chunk_id"),
        ({"session_id": str(uuid4())}, "session_id"),
        ({"session_id": "not-a-uuid"}, "session_id"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": 1e300}, "timestamp"),
        ({"timestamp": None}, "timestamp"),
        ({"timestamp": True}, "timestamp"),
        ({"mime_type": "text/html"}, "mime_type"),
        ({"audio_data": "no base64!"}, "audio_data"),
        ({"audio_data": "ñandú"}, "audio_data"),
        ({"audio_data": 5}, "audio_data"),
        ({"audio_data": "", "size_bytes": 0}, "size_bytes"),
        ({"size_bytes": 4}, "size_bytes"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"¿qué?": 1}, "?"),
    ],
)
def test_a_chunk_that_breaks_a_rule_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decode_client("audio_chunk", chunk_fields(**changes), session_id=SESSION_ID)
    assert caught.value.details["field"] == field
    assert caught.value.details["rule"] in caught.value.message


@pytest.mark.parametrize("timestamp", ["yesterday", True, None, 1e300])
def test_a_capture_time_that_is_none_is_told_how_to_write_one(timestamp: object) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decoded_chunk(timestamp=timestamp)
    assert caught.value.details["rule"] == "must be an ISO 8601 time or milliseconds since 1970"


@pytest.mark.parametrize("missing", list(chunk_fields()))
def test_every_field_of_a_chunk_is_asked_for(missing: str) -> None:
    fields = chunk_fields()
    del fields[missing]
    with pytest.raises(InvalidMessageError) as caught:
        decode_client("audio_chunk", fields, session_id=SESSION_ID)
    assert caught.value.details["field"] == missing


def test_too_large_a_chunk_is_called_that() -> None:
    audio = bytes(MAX_CHUNK_BYTES + 1)
    fields = chunk_fields(audio_data=base64.b64encode(audio).decode(), size_bytes=len(audio))
    with pytest.raises(ChunkTooLargeError):
        decode_client("audio_chunk", fields, session_id=SESSION_ID)
    with pytest.raises(ChunkTooLargeError):
        decode_client_binary(
            encode_binary_chunk(1, 0.0, audio), session_id=SESSION_ID, mime_type=MIME_TYPE
        )


def test_what_is_far_too_large_is_not_even_decoded() -> None:
    with pytest.raises(ChunkTooLargeError):
        decoded_chunk(audio_data="no base64!" * MAX_CHUNK_BYTES)


def test_the_largest_chunk_passes() -> None:
    audio = bytes(MAX_CHUNK_BYTES)
    chunk = decoded_chunk(audio_data=base64.b64encode(audio).decode(), size_bytes=len(audio))
    assert chunk.size_bytes == MAX_CHUNK_BYTES


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        (b"", "audio_data"),
        (b"\0" * 11, "audio_data"),
        (struct.pack(">Id", 1, 0.0), "audio_data"),
        (struct.pack(">Id", 0, 0.0) + b"x", "sequence_number"),
        (struct.pack(">Id", 1, math.nan) + b"x", "timestamp"),
        (struct.pack(">Id", 1, math.inf) + b"x", "timestamp"),
        (struct.pack(">Id", 1, 1e300) + b"x", "timestamp"),
    ],
)
def test_a_malformed_frame_is_refused_by_the_name_of_its_field(frame: bytes, field: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decode_client_binary(frame, session_id=SESSION_ID, mime_type=MIME_TYPE)
    assert caught.value.details["field"] == field
