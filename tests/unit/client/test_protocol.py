"""The client's decisions, one by one, with no socket and no clock."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.client.link_model import ENGINE, LIMITS, SESSION_ID, WINDOW
from vivavoz.client.failure import exception_of
from vivavoz.client.heartbeat import PING_INTERVAL_S, SILENCE_LIMIT_S
from vivavoz.client.link import Link
from vivavoz.client.protocol import BACK_OFF_S, ClientProtocol
from vivavoz.errors import ServerError, TooManySessionsError
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import (
    Ack,
    ErrorBody,
    Failed,
    Pong,
    SessionCompleted,
    SessionCreated,
    SessionResumed,
    StartRecording,
    StatusChanged,
)

WEBM = "audio/webm;codecs=opus"
CREATED = SessionCreated(
    session_id=SESSION_ID,
    status=SessionStatus.CONNECTED,
    start_time=datetime(2026, 1, 1, tzinfo=UTC),
    resume_token="secret",
    epoch="1",
    engine=ENGINE,
    limits=LIMITS,
)


RECORDING = StatusChanged(
    session_id=SESSION_ID, status=SessionStatus.RECORDING, previous=SessionStatus.CONNECTED
)


def resumed(next_sequence_number: int, status: SessionStatus, **changes: Any) -> SessionResumed:
    fields: dict[str, Any] = {
        "session_id": SESSION_ID,
        "status": status,
        "epoch": "1",
        "next_sequence_number": next_sequence_number,
        "received_sequence_number": next_sequence_number - 1,
        "durable_sequence_number": 0,
        "confirmed_text": "",
        "partial_text": "",
        "engine": ENGINE,
        "limits": LIMITS,
    }
    return SessionResumed(**(fields | changes))


def failed(code: str, **details: Any) -> Failed:
    body = ErrorBody(code=code, message="m", details=details, request_id="r", recoverable=True)
    return Failed(error=body)


def new_client() -> ClientProtocol:
    return ClientProtocol(StartRecording(mime_type=WEBM), 0.0)


def open_client(chunks: int = 0) -> ClientProtocol:
    client = new_client()
    client.connecting(0.0)
    client.receive(CREATED, 0.0)
    client.receive(RECORDING, 0.0)
    for number in range(1, chunks + 1):
        client.send_audio(bytes([number]), 0.0)
    return client


def sent(client: ClientProtocol) -> list[str | int]:
    """Names of events and numbers of chunks that go out now."""
    return [
        json.loads(message)["event"]
        if isinstance(message, str)
        else int.from_bytes(message[:4], "big")
        for message in client.messages_to_send()
    ]


def test_nothing_goes_out_before_the_session_exists() -> None:
    client = new_client()
    client.send_audio(b"x", 0.0)
    assert client.connecting(0.0) == {}
    assert sent(client) == []
    client.receive(CREATED, 0.1)
    assert sent(client) == ["start_recording", 1]


def test_flow_control_holds_chunks_until_they_are_acknowledged() -> None:
    client = open_client(chunks=WINDOW + 2)
    assert sent(client) == ["start_recording", *range(1, WINDOW + 1)]
    client.receive(Ack(received_sequence_number=1, durable_sequence_number=0, queue_size=0), 0.0)
    assert sent(client) == [WINDOW + 1]


def test_stop_waits_behind_the_last_chunk() -> None:
    client = open_client(chunks=WINDOW + 1)
    client.stop()
    assert "stop_recording" not in sent(client)
    client.receive(
        Ack(received_sequence_number=WINDOW, durable_sequence_number=0, queue_size=0), 0.0
    )
    assert sent(client) == [WINDOW + 1, "stop_recording"]


def test_a_resume_presents_the_token_and_goes_on_where_the_server_says() -> None:
    client = open_client(chunks=3)
    sent(client)
    client.connection_lost(1.0)
    assert client.link is Link.WAITING
    assert client.connecting(2.0) == {"session_id": str(SESSION_ID), "resume_token": "secret"}
    client.receive(resumed(2, SessionStatus.RECORDING), 2.0)
    assert sent(client) == [2, 3]


def test_a_pause_that_the_server_knows_of_is_not_said_twice() -> None:
    client = open_client(chunks=2)
    client.pause()
    sent(client)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.receive(resumed(3, SessionStatus.PAUSED), 2.0)
    assert sent(client) == []
    client.resume()
    assert sent(client) == ["resume_recording"]


def test_pauses_and_what_follows_them_are_said_in_order_and_in_full() -> None:
    client = open_client(chunks=1)
    client.pause(stream_ended=True)
    client.resume("audio/ogg")
    client.send_audio(b"x", 0.0)
    client.pause()
    client.resume()
    client.stop()
    start, first, *said = client.messages_to_send()
    assert "start_recording" in str(start)
    assert isinstance(first, bytes)
    assert [json.loads(message) if isinstance(message, str) else "chunk" for message in said] == [
        {"event": "pause_recording", "data": {"stream_ended": True}},
        {"event": "resume_recording", "data": {"mime_type": "audio/ogg"}},
        "chunk",
        {"event": "pause_recording", "data": {"stream_ended": False}},
        {"event": "resume_recording", "data": {"mime_type": None}},
        {"event": "stop_recording", "data": {"last_sequence_number": 2}},
    ]


def test_a_stop_that_was_lost_is_said_again() -> None:
    client = open_client(chunks=2)
    client.stop()
    sent(client)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.receive(resumed(3, SessionStatus.RECORDING), 2.0)
    assert sent(client) == ["stop_recording"]


def test_a_server_in_a_new_process_gets_the_whole_stream_again() -> None:
    client = open_client(chunks=3)
    sent(client)
    client.receive(Ack(received_sequence_number=3, durable_sequence_number=3, queue_size=0), 0.0)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.receive(resumed(1, SessionStatus.RECORDING, epoch="2", durable_sequence_number=3), 2.0)
    assert sent(client) == [1, 2, 3]


def test_back_off_doubles_then_the_client_keeps_everything_to_itself() -> None:
    client = open_client(chunks=1)
    now_s = 10.0
    client.connection_lost(now_s)
    for wait_s in BACK_OFF_S:
        assert client.link is Link.WAITING
        assert client.connect_at_s == now_s + wait_s
        now_s = client.connect_at_s
        client.connecting(now_s)
        client.connection_lost(now_s)
    assert client.link is Link.BLOCKED
    client.send_audio(b"later", 0.0)
    assert [stream.audio for stream in client.unsaved_streams()] == [b"\x01later"]


def test_a_success_starts_the_back_off_anew() -> None:
    client = open_client()
    for start_s in (10.0, 20.0):
        client.connection_lost(start_s)
        assert client.connect_at_s == start_s + BACK_OFF_S[0]
        client.connecting(client.connect_at_s)
        client.receive(resumed(1, SessionStatus.CONNECTED), client.connect_at_s)


def test_the_server_may_ask_for_more_patience() -> None:
    client = open_client()
    client.receive(failed("SHUTTING_DOWN", retry_after_s=7.5), 1.0)
    client.connection_lost(1.0, 1012)
    assert client.connect_at_s == 8.5


@pytest.mark.parametrize("code", [4400, 4401, 4403, 4408, 4409, 4410, 4429])
def test_some_closes_are_for_good(code: int) -> None:
    client = open_client(chunks=1)
    sent(client)
    client.receive(Ack(received_sequence_number=1, durable_sequence_number=1, queue_size=0), 0.0)
    client.connection_lost(1.0, code)
    assert client.link is Link.REFUSED
    assert client.next_tick_s is None


def test_a_session_that_the_server_closed_goes_on_here_and_is_uploaded() -> None:
    client = open_client(chunks=2)
    sent(client)
    client.receive(Ack(received_sequence_number=2, durable_sequence_number=1, queue_size=0), 0.0)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.connection_lost(2.0, 4404)
    assert str(client.link) == "gone"
    assert client.next_tick_s is None
    client.send_audio(b"later", 0.0)
    client.stop()
    (stream,) = client.unsaved_streams()
    assert stream.audio.endswith(b"later")
    client.uploading()
    client.uploaded(stream)
    client.upload_ended()
    assert client.link is Link.COMPLETED
    assert client.unsaved_streams() == []


def completed(reason: str, chunks: int) -> SessionCompleted:
    return SessionCompleted(
        session_id=SESSION_ID,
        transcript_id=SESSION_ID,
        saved=True,
        reason=reason,
        confirmed_text="One.",
        duration_s=1.0,
        audio_chunks_received=chunks,
    )


def test_audio_that_a_session_closed_meanwhile_never_got_is_not_taken_for_stored() -> None:
    client = open_client(chunks=1)
    sent(client)
    client.connection_lost(1.0)
    client.send_audio(b"while the server was away", 0.0)
    client.connecting(2.0)
    client.receive(completed("connection_lost", chunks=1), 2.0)
    assert client.link is Link.GONE
    assert client.unsaved_chunks == 1


@pytest.mark.parametrize(("reason", "chunks"), [("stopped", 2), ("connection_lost", 2)])
def test_a_session_that_has_everything_is_the_end(reason: str, chunks: int) -> None:
    client = open_client(chunks=chunks)
    client.stop()
    sent(client)
    client.receive(completed(reason, chunks), 2.0)
    assert client.link is Link.COMPLETED
    assert client.unsaved_streams() == []


def test_a_session_that_the_server_forgot_begins_anew_while_nothing_was_stored() -> None:
    client = open_client(chunks=2)
    sent(client)
    client.connection_lost(1.0)
    assert client.connecting(2.0) != {}
    client.connection_lost(2.0, 4404)
    assert client.connecting(4.0) == {}
    client.receive(CREATED, 4.0)
    assert sent(client) == ["start_recording", 1, 2]


def test_a_recording_that_is_refused_at_its_start_is_over() -> None:
    client = new_client()
    client.connecting(0.0)
    client.receive(CREATED, 0.0)
    client.receive(failed("LANGUAGE_NOT_SUPPORTED"), 0.0)
    assert client.link is Link.REFUSED
    assert client.last_error is not None
    assert client.last_error.code == "LANGUAGE_NOT_SUPPORTED"


def test_an_error_while_recording_does_not_end_it() -> None:
    client = open_client()
    client.receive(failed("RECOGNITION_FAILED"), 0.0)
    assert client.link is Link.OPEN


def test_a_silent_connection_counts_as_dead() -> None:
    client = open_client()
    assert client.next_tick_s == PING_INTERVAL_S
    assert client.tick(PING_INTERVAL_S)
    assert "ping" in sent(client)
    assert not client.tick(SILENCE_LIMIT_S)


def test_any_answer_keeps_a_connection_alive() -> None:
    client = open_client()
    client.receive(Pong(), 10.0)
    assert client.tick(SILENCE_LIMIT_S)
    assert not client.tick(10.0 + SILENCE_LIMIT_S)


@pytest.mark.parametrize("code", ["SEQUENCE_MISMATCH", "TOO_MANY_UNACKNOWLEDGED", "RATE_LIMITED"])
def test_refused_chunks_are_sent_again_after_a_pause(code: str) -> None:
    client = open_client(chunks=3)
    sent(client)
    client.receive(failed(code, expected_sequence_number=2, retry_after_s=1.0), 5.0)
    assert sent(client) == []
    assert client.next_tick_s is not None
    client.tick(6.0)
    assert [entry for entry in sent(client) if entry != "ping"] == [2, 3]


def test_a_server_error_keeps_its_class_and_its_facts() -> None:
    error = exception_of(failed("TOO_MANY_SESSIONS", max_sessions=3).error)
    assert isinstance(error, TooManySessionsError)
    assert error.details == {"max_sessions": 3}
    unknown = exception_of(failed("FROM_THE_FUTURE").error)
    assert isinstance(unknown, ServerError)
    assert unknown.details["server_code"] == "FROM_THE_FUTURE"
