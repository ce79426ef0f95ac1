"""Nothing malformed gets through, and no refusal repeats it."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.session.messages import SESSION_ID, chunk_fields
from vivavoz.errors import InvalidMessageError
from vivavoz.session.events import ClientEvent
from vivavoz.session.wire import decode_client, decode_client_text, decode_server

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


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("no JSON", "message"),
        ("a list", "message"),
        ("another member", "message"),
        ("no event", "event"),
        ("event is a number", "event"),
        ("unknown event", "event"),
        ("data is a list", "data"),
        ("unknown field", "x"),
        ("wrong type", "timestamp"),
    ],
)
def test_a_refusal_names_what_is_wrong(message: str, field: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decode_client_text(MALFORMED[message], session_id=SESSION_ID)
    assert caught.value.details["field"] == field
    assert caught.value.details["rule"] in caught.value.message


def test_an_event_without_a_name_is_asked_for_one() -> None:
    with pytest.raises(InvalidMessageError, match="event must be the name of an event"):
        decode_client_text(MALFORMED["event is a number"], session_id=SESSION_ID)


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
