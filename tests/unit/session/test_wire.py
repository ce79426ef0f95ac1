"""Wire messages: every event survives the journey, and nothing malformed gets through."""

import base64
import json
import math
import struct
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.errors import ChunkTooLargeError, InvalidMessageError
from vivavoz.session.entities import (
    MAX_CHUNK_BYTES,
    AudioChunk,
    RecognizedWord,
    SessionMetrics,
    SessionStatus,
    TranscriptionResult,
)
from vivavoz.session.events import (
    Ack,
    AudioChunkReceived,
    ClientEvent,
    EngineInfo,
    ErrorBody,
    Failed,
    MetricsMeasured,
    PauseRecording,
    Ping,
    Pong,
    RecordingOptions,
    ResumeRecording,
    ServerEvent,
    SessionCompleted,
    SessionCreated,
    SessionLimits,
    SessionResumed,
    StartRecording,
    StatusChanged,
    StopRecording,
    TranscriptionFinal,
    TranscriptionPartial,
    Warned,
)
from vivavoz.session.wire import (
    decode_client,
    decode_client_binary,
    decode_client_text,
    decode_server,
    encode_binary_chunk,
    encode_client,
    encode_server,
)

SESSION_ID = UUID("6f0c2a0e-3f55-4d0b-9f0e-6a5f3c6f2b11")
MIME_TYPE = "audio/webm;codecs=opus"

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
moments = st.floats(0, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
counts = st.integers(0, 2**53 - 1)
amounts = st.floats(0, 1e9, allow_nan=False)
shares = st.floats(0, 1)
statuses = st.sampled_from(SessionStatus)
mime_types = st.sampled_from([MIME_TYPE, "audio/pcm;rate=16000;channels=1", "audio/wav"])
details = st.dictionaries(text, st.none() | st.booleans() | counts | text, max_size=3)

chunks = st.builds(
    lambda audio, **fields: AudioChunk(audio_data=audio, size_bytes=len(audio), **fields),
    st.binary(min_size=1, max_size=200),
    chunk_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128),
    session_id=st.just(SESSION_ID),
    sequence_number=st.integers(1, 2**53 - 1),
    timestamp=moments,
    mime_type=mime_types,
)
client_events = st.one_of(
    st.builds(
        StartRecording,
        mime_type=mime_types,
        language=st.sampled_from([None, "es", "en", "auto", "yue"]),
        options=st.builds(
            RecordingOptions,
            initial_prompt=st.none() | text,
            hotwords=st.none() | text,
            metadata=st.dictionaries(text, text, max_size=3),
        ),
    ),
    st.builds(AudioChunkReceived, chunk=chunks),
    st.builds(PauseRecording, stream_ended=st.booleans()),
    st.builds(ResumeRecording, mime_type=st.none() | mime_types),
    st.builds(StopRecording, last_sequence_number=st.none() | counts),
    st.builds(Ping, timestamp=st.none() | amounts),
)

engines = st.builds(
    EngineInfo,
    name=text,
    model=text,
    device=text,
    languages=st.lists(text, max_size=3).map(tuple),
    detects_language=st.booleans(),
)
limits = st.builds(
    SessionLimits,
    duration_limit=counts,
    max_chunk_bytes=counts,
    max_chunks=counts,
    max_unacknowledged_chunks=counts,
    resume_window_s=amounts,
)
words = st.builds(RecognizedWord, text=text, start=amounts, end=amounts, probability=shares)
results = st.builds(
    lambda start, length, **fields: TranscriptionResult(
        start_time=start, end_time=start + length, **fields
    ),
    amounts,
    amounts,
    session_id=st.uuids(),
    sequence_number=counts,
    result_type=st.sampled_from(["partial", "final"]),
    text_content=text,
    confidence=shares,
    language=text,
    processing_time_ms=amounts,
    created_at=moments,
    words=st.lists(words, max_size=3).map(tuple),
    stable_text=st.none() | text,
)
server_events = st.one_of(
    st.builds(
        SessionCreated,
        session_id=st.uuids(),
        status=statuses,
        start_time=moments,
        resume_token=text,
        epoch=text,
        engine=engines,
        limits=limits,
    ),
    st.builds(
        SessionResumed,
        session_id=st.uuids(),
        status=statuses,
        epoch=text,
        next_sequence_number=counts,
        received_sequence_number=counts,
        durable_sequence_number=counts,
        confirmed_text=text,
        partial_text=text,
        engine=engines,
        limits=limits,
    ),
    st.builds(
        Ack, received_sequence_number=counts, durable_sequence_number=counts, queue_size=counts
    ),
    st.builds(TranscriptionPartial, result=results),
    st.builds(TranscriptionFinal, result=results),
    st.builds(StatusChanged, session_id=st.uuids(), status=statuses, previous=statuses),
    st.builds(
        MetricsMeasured,
        metrics=st.builds(
            SessionMetrics,
            session_id=st.uuids(),
            timestamp=moments,
            latency_ms=amounts,
            chunks_processed=counts,
            chunks_pending=counts,
            cpu_usage_percent=st.floats(0, 100),
            memory_usage_mb=amounts,
            gpu_available=st.booleans(),
            audio_quality_score=shares,
        ),
    ),
    st.builds(Warned, code=text, message=text, details=details, timestamp=moments),
    st.builds(
        Failed,
        error=st.builds(
            ErrorBody,
            code=text,
            message=text,
            details=details,
            timestamp=moments,
            request_id=text,
            recoverable=st.booleans(),
        ),
    ),
    st.builds(Pong, timestamp=st.none() | amounts, server_time=moments),
    st.builds(
        SessionCompleted,
        session_id=st.uuids(),
        transcript_id=st.none() | st.uuids(),
        saved=st.booleans(),
        reason=text,
        confirmed_text=text,
        duration_s=amounts,
        audio_chunks_received=counts,
    ),
)


@given(client_events)
def test_a_client_event_survives_the_journey(event: ClientEvent) -> None:
    decoded = decode_client_text(encode_client(event), session_id=SESSION_ID)
    if isinstance(event, AudioChunkReceived):
        assert isinstance(decoded, AudioChunkReceived)
        arrival = {"received_at": decoded.chunk.received_at}
        assert decoded.chunk == event.chunk.model_copy(update=arrival)
    else:
        assert decoded == event


@given(server_events)
def test_a_server_event_survives_the_journey(event: ServerEvent) -> None:
    assert decode_server(encode_server(event)) == event


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


def chunk_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "chunk_id": "c-1",
        "sequence_number": 1,
        "timestamp": "2026-01-02T03:04:05Z",
        "mime_type": MIME_TYPE,
        "audio_data": base64.b64encode(b"sound").decode(),
        "size_bytes": 5,
    }
    return fields | changes


def decoded_chunk(**changes: Any) -> AudioChunk:
    event = decode_client("audio_chunk", chunk_fields(**changes), session_id=SESSION_ID)
    assert isinstance(event, AudioChunkReceived)
    return event.chunk


def test_entities_travel_flat() -> None:
    result = TranscriptionResult(
        session_id=SESSION_ID,
        sequence_number=3,
        result_type="final",
        text_content="hola",
        confidence=0.9,
        start_time=0,
        end_time=1,
        language="es",
        processing_time_ms=12,
    )
    message = json.loads(encode_server(TranscriptionFinal(result=result)))
    assert message["event"] == "transcription_final"
    assert message["data"]["text_content"] == "hola"
    assert message["data"]["session_id"] == str(SESSION_ID)


def test_an_error_travels_under_its_own_name() -> None:
    body = ErrorBody(code="X", message="m", request_id="r", recoverable=True)
    message = json.loads(encode_server(Failed(error=body)))
    assert message["data"]["error"]["code"] == "X"


def test_the_server_fills_in_what_the_client_left_out() -> None:
    chunk = decoded_chunk()
    assert chunk.session_id == SESSION_ID
    assert chunk.audio_data == b"sound"


def test_a_client_cannot_forge_the_time_of_arrival() -> None:
    assert decoded_chunk(received_at="2001-01-01T00:00:00Z").received_at.year > 2001


@pytest.mark.parametrize(
    "timestamp", [1767323045000, 1767323045000.0, "2026-01-02T03:04:05", "2026-01-02T03:04:05Z"]
)
def test_a_capture_time_is_iso_or_milliseconds(timestamp: float | str) -> None:
    assert decoded_chunk(timestamp=timestamp).timestamp == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_transport_may_hand_over_bytes() -> None:
    assert decoded_chunk(audio_data=b"sound").audio_data == b"sound"


def test_an_event_without_data_has_its_defaults() -> None:
    assert decode_client_text('{"event":"stop_recording"}', session_id=SESSION_ID) == (
        StopRecording()
    )
    assert decode_client("ping", None, session_id=SESSION_ID) == Ping()


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


def test_the_largest_chunk_passes() -> None:
    audio = bytes(MAX_CHUNK_BYTES)
    chunk = decoded_chunk(audio_data=base64.b64encode(audio).decode(), size_bytes=len(audio))
    assert chunk.size_bytes == MAX_CHUNK_BYTES


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0" * 11,
        struct.pack(">Id", 1, 0.0),
        struct.pack(">Id", 0, 0.0) + b"x",
        struct.pack(">Id", 1, math.nan) + b"x",
        struct.pack(">Id", 1, math.inf) + b"x",
        struct.pack(">Id", 1, 1e300) + b"x",
    ],
)
def test_a_malformed_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(InvalidMessageError):
        decode_client_binary(frame, session_id=SESSION_ID, mime_type=MIME_TYPE)


MALFORMED = {
    "empty": "",
    "no JSON": "hola",
    "half": '{"event":"ping"',
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "no event": "{}",
    "event is a number": '{"event":1}',
    "unknown event": '{"event":"shout"}',
    "event of the server": '{"event":"ack","data":{}}',
    "data is a list": '{"event":"ping","data":[]}',
    "another member": '{"event":"ping","data":{},"id":1}',
    "unknown field": '{"event":"ping","data":{"x":1}}',
    "wrong type": '{"event":"ping","data":{"timestamp":"1"}}',
    "name twice": '{"event":"ping","event":"stop_recording"}',
    "field twice": '{"event":"ping","data":{"timestamp":1,"timestamp":2}}',
    "NaN": '{"event":"ping","data":{"timestamp":NaN}}',
    "infinity": '{"event":"ping","data":{"timestamp":-Infinity}}',
    "overflow": '{"event":"ping","data":{"timestamp":1e999}}',
    "huge integer": '{"event":"stop_recording","data":{"last_sequence_number":' + "9" * 9000 + "}}",
    "unsafe integer": '{"event":"stop_recording","data":{"last_sequence_number":9007199254740992}}',
    "negative": '{"event":"stop_recording","data":{"last_sequence_number":-1}}',
    "deep lists": '{"event":"ping","data":' + "[" * 100_000,
    "deep objects": '{"event":"ping","data":' + '{"a":' * 100_000,
    "deep metadata": '{"event":"start_recording","data":{"mime_type":"audio/wav","options":'
    '{"metadata":{"a":' + "[" * 400 + "]" * 400 + "}}}}",
    "lone surrogate": '{"event":"start_recording","data":{"mime_type":"\\ud800"}}',
    "bad language": '{"event":"start_recording","data":{"mime_type":"audio/wav","language":"ES"}}',
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_message_is_refused(message: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decode_client_text(message, session_id=SESSION_ID)
    assert caught.value.message.endswith(".")


def test_an_unknown_event_is_told_every_name_there_is() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decode_client_text('{"event":"shout"}', session_id=SESSION_ID)
    names = sorted(event.event for event in get_args(ClientEvent))
    assert caught.value.message.endswith(f"event must be one of {', '.join(names)}.")


@given(st.text() | st.binary())
def test_any_text_is_an_event_or_refused(message: str | bytes) -> None:
    with pytest.raises(InvalidMessageError):
        decode_client_text(message, session_id=SESSION_ID)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
event_names = st.sampled_from(["audio_chunk", "start_recording", "ping", "stop_recording"])


@given(event_names, st.dictionaries(st.sampled_from(list(chunk_fields())), json_values))
def test_any_data_is_an_event_or_refused(name: str, data: dict[str, Any]) -> None:
    try:
        event = decode_client(name, data, session_id=SESSION_ID)
    except InvalidMessageError:
        return
    assert event.event == name


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    secret = "hunter2hunter2"
    messages = [
        json.dumps({"event": secret}),
        json.dumps({"event": "ping", "data": {"timestamp": secret}}),
        json.dumps({"event": "start_recording", "data": {"mime_type": [secret]}}),
        json.dumps({"event": "audio_chunk", "data": chunk_fields(session_id=secret)}),
        json.dumps({"event": "audio_chunk", "data": chunk_fields(timestamp=secret)}),
        json.dumps({"event": "audio_chunk", "data": chunk_fields(mime_type=secret)}),
    ]
    for message in messages:
        with pytest.raises(InvalidMessageError) as caught:
            decode_client_text(message, session_id=SESSION_ID)
        assert secret not in caught.value.message
        assert secret not in repr(caught.value.details)
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("message", ["", "{}", '{"event":"ping"}', '{"event":"ack","data":{}}'])
def test_a_client_refuses_a_malformed_server(message: str) -> None:
    with pytest.raises(InvalidMessageError):
        decode_server(message)
