"""Wire messages: every event survives the journey."""

import json
from typing import get_args

from hypothesis import given

from tests.unit.session.messages import SESSION_ID, client_events, decoded_chunk, server_events
from vivavoz.session.entities import TranscriptionResult
from vivavoz.session.events import (
    AudioChunkReceived,
    ClientEvent,
    ErrorBody,
    Failed,
    Ping,
    ServerEvent,
    StopRecording,
    TranscriptionFinal,
)
from vivavoz.session.wire import (
    client_event_names,
    decode_client,
    decode_client_text,
    decode_server,
    encode_client,
    encode_server,
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


def test_letters_travel_as_they_are_and_without_spaces_between() -> None:
    assert encode_client(Ping(timestamp=1.5)) == '{"event":"ping","data":{"timestamp":1.5}}'
    body = ErrorBody(code="X", message="¿Qué?", request_id="r", recoverable=True)
    assert "¿Qué?" in encode_server(Failed(error=body))


def test_a_client_says_nothing_of_when_its_chunk_arrives() -> None:
    message = json.loads(encode_client(AudioChunkReceived(chunk=decoded_chunk())))
    assert "received_at" not in message["data"]
    assert message["data"]["chunk_id"] == "c-1"


def test_every_event_of_a_client_is_known_by_name() -> None:
    assert set(client_event_names()) == {event.event for event in get_args(ClientEvent)}


def test_an_error_travels_under_its_own_name() -> None:
    body = ErrorBody(code="X", message="m", request_id="r", recoverable=True)
    message = json.loads(encode_server(Failed(error=body)))
    assert message["data"]["error"]["code"] == "X"


def test_an_event_without_data_has_its_defaults() -> None:
    assert decode_client_text('{"event":"stop_recording"}', session_id=SESSION_ID) == (
        StopRecording()
    )
    assert decode_client("ping", None, session_id=SESSION_ID) == Ping()
