"""The client's connection: when it counts as dead, when it is tried again, when it is over."""

import pytest

from tests.unit.client.link_model import WINDOW
from tests.unit.client.test_protocol import (
    CREATED,
    WEBM,
    completed,
    failed,
    new_client,
    open_client,
    resumed,
    sent,
)
from vivavoz.client.link import Link
from vivavoz.client.protocol import BACK_OFF_S, ClientProtocol
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import Ack, StartRecording


def ack(received: int, durable: int = 0) -> Ack:
    return Ack(received_sequence_number=received, durable_sequence_number=durable, queue_size=0)


def watch(client: ClientProtocol, now_s: float) -> tuple[list[float], float]:
    """Call ``tick`` whenever it is due: when pings go out, and when the connection is dead."""
    pings: list[float] = []
    while client.tick(now_s):
        pings += [now_s] * sent(client).count("ping")
        due_s = client.next_tick_s
        assert due_s is not None
        assert due_s > now_s
        now_s = due_s
    return pings, now_s


def test_a_connection_without_an_answer_is_dead_after_fifteen_seconds() -> None:
    assert watch(open_client(), 0.0) == ([4.0, 8.0, 12.0], 15.0)


def test_so_is_one_that_is_never_greeted_and_nothing_goes_out_on_it() -> None:
    client = new_client()
    client.connecting(5.0)
    assert watch(client, 5.0) == ([], 20.0)


def test_a_resumed_connection_is_watched_from_its_beginning() -> None:
    client = open_client()
    client.tick(4.0)
    client.connection_lost(5.0)
    client.connecting(6.0)
    client.receive(resumed(1, SessionStatus.RECORDING), 7.0)
    assert sent(client) == []
    assert watch(client, 7.0) == ([11.0, 15.0, 19.0], 22.0)


def test_nothing_is_due_while_nothing_is_connected() -> None:
    client = open_client()
    client.connection_lost(1.0)
    assert client.next_tick_s == client.connect_at_s == 2.0
    assert client.tick(100.0)
    assert sent(client) == []


def test_the_back_off_is_the_promised_one() -> None:
    assert BACK_OFF_S == (1.0, 2.0, 4.0, 8.0, 16.0)


def test_a_server_that_was_never_there_is_tried_six_times() -> None:
    client = new_client()
    tries = 0
    while client.link is Link.WAITING:
        tries += 1
        client.connecting(client.connect_at_s)
        client.connection_lost(client.connect_at_s)
    assert (client.link, tries) == (Link.BLOCKED, 6)


def test_the_first_connection_is_due_at_once() -> None:
    client = ClientProtocol(StartRecording(mime_type=WEBM), 3.0)
    assert (client.link, client.next_tick_s) == (Link.WAITING, 3.0)


def test_a_connection_that_is_lost_twice_is_lost_once() -> None:
    client = open_client()
    client.connection_lost(1.0)
    client.connection_lost(1.5)
    assert client.connect_at_s == 2.0
    client.connecting(2.0)
    client.connection_lost(2.0)
    assert client.connect_at_s == 4.0


def test_the_end_of_a_connection_ends_nothing_that_is_over() -> None:
    client = open_client()
    client.stop()
    client.receive(completed("stopped", chunks=0), 1.0)
    client.connection_lost(1.0, 1000)
    assert client.link is Link.COMPLETED


def test_patience_is_asked_for_once() -> None:
    client = open_client()
    client.receive(failed("SHUTTING_DOWN", retry_after_s=7.5), 1.0)
    client.connection_lost(1.0, 1012)
    client.connecting(8.5)
    assert client.last_error is None
    client.connection_lost(8.5)
    assert client.connect_at_s == 8.5 + BACK_OFF_S[1]


@pytest.mark.parametrize("asked", ["soon", None, 0.5])
def test_less_patience_than_the_back_off_is_not_asked_for(asked: object) -> None:
    client = open_client()
    client.receive(failed("SHUTTING_DOWN", retry_after_s=asked), 1.0)
    client.connection_lost(1.0, 1012)
    assert client.connect_at_s == 1.0 + BACK_OFF_S[0]


@pytest.mark.parametrize("details", [{}, {"expected_sequence_number": "two"}])
def test_chunks_are_sent_again_from_the_last_ack_unless_the_server_says(
    details: dict[str, object],
) -> None:
    client = open_client(chunks=3)
    sent(client)
    client.receive(ack(1), 3.0)
    client.receive(failed("RATE_LIMITED", **details), 3.0)
    assert client.next_tick_s == 3.3
    client.tick(3.2)
    assert sent(client) == []
    client.tick(3.3)
    assert sent(client) == [2, 3]
    assert client.next_tick_s == 4.0


def test_a_pause_after_a_refusal_ends_with_its_connection() -> None:
    client = open_client(chunks=2)
    sent(client)
    client.receive(failed("RATE_LIMITED", retry_after_s=60.0), 1.0)
    client.connection_lost(1.0)
    client.connecting(61.0)
    client.receive(resumed(1, SessionStatus.RECORDING), 61.0)
    assert sent(client) == [1, 2]


def test_pings_go_out_while_chunks_are_held_back() -> None:
    client = open_client(chunks=1)
    client.receive(failed("RATE_LIMITED", retry_after_s=10.0), 1.0)
    client.tick(4.0)
    assert sent(client) == ["ping"]


def test_chunks_are_as_large_as_the_server_takes_them_and_no_larger() -> None:
    client = new_client()
    client.send_audio(bytes(2500), 0.0)
    client.connecting(0.0)
    client.receive(CREATED, 0.0)
    assert client.last_sequence_number == 3
    assert [len(message) - 12 for message in client.messages_to_send()[1:]] == [1024, 1024, 452]


def test_a_refusal_ends_what_never_recorded() -> None:
    client = new_client()
    client.connecting(0.0)
    client.receive(CREATED, 0.0)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.receive(resumed(1, SessionStatus.CONNECTED), 2.0)
    client.receive(failed("LANGUAGE_NOT_SUPPORTED"), 2.0)
    assert client.link is Link.REFUSED


@pytest.mark.parametrize("status", [SessionStatus.RECORDING, SessionStatus.PAUSED])
def test_an_error_ends_nothing_that_was_resumed_while_it_recorded(status: SessionStatus) -> None:
    client = new_client()
    client.connecting(0.0)
    client.receive(CREATED, 0.0)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.receive(resumed(1, status), 2.0)
    client.receive(failed("RECOGNITION_FAILED"), 2.0)
    assert client.link is Link.OPEN


def forgotten(client: ClientProtocol) -> None:
    """The server restarted and has nothing of the session."""
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.connection_lost(2.0, 4404)


def test_a_resumption_tells_what_arrived_and_what_is_stored() -> None:
    client = open_client(chunks=WINDOW + 3)
    sent(client)
    client.connection_lost(1.0)
    client.connecting(2.0)
    client.receive(resumed(2, SessionStatus.RECORDING, durable_sequence_number=1), 2.0)
    assert client.unsaved_chunks == WINDOW + 2
    assert sent(client) == [*range(2, WINDOW + 2)]


def test_a_session_begun_anew_has_received_nothing() -> None:
    client = open_client(chunks=WINDOW + 2)
    sent(client)
    client.receive(ack(WINDOW), 0.0)
    sent(client)
    forgotten(client)
    assert client.link is Link.WAITING
    client.connecting(4.0)
    client.receive(CREATED, 4.0)
    assert sent(client) == ["start_recording", *range(1, WINDOW + 1)]


def test_a_session_begun_anew_may_be_refused() -> None:
    client = open_client(chunks=1)
    forgotten(client)
    client.connecting(4.0)
    client.receive(CREATED, 4.0)
    client.receive(failed("LANGUAGE_NOT_SUPPORTED"), 4.0)
    assert client.link is Link.REFUSED
    client.connection_lost(4.0)
    assert client.link is Link.REFUSED


def test_before_the_first_session_there_is_nothing_to_begin_anew() -> None:
    client = new_client()
    client.connecting(0.0)
    client.connection_lost(0.0, 4404)
    assert client.link is Link.GONE


def test_what_is_unsaved_is_counted_in_chunks_of_audio() -> None:
    client = new_client()
    assert (client.unsaved_chunks, client.last_sequence_number) == (0, 0)
    client.send_audio(b"x", 0.0)
    client.send_audio(b"y", 0.0)
    assert (client.unsaved_chunks, client.last_sequence_number) == (2, 2)
    client.connecting(0.0)
    client.receive(CREATED, 0.0)
    client.receive(ack(2, durable=1), 0.0)
    assert (client.unsaved_chunks, client.last_sequence_number) == (1, 2)


def test_what_is_recorded_before_the_first_session_can_be_kept() -> None:
    client = new_client()
    client.send_audio(b"x", 0.0)
    assert [stream.audio for stream in client.unsaved_streams()] == [b"x"]


@pytest.mark.parametrize("reason", ["stopped", "connection_lost"])
def test_a_session_that_was_not_saved_leaves_its_audio_here(reason: str) -> None:
    client = open_client(chunks=2)
    client.stop()
    sent(client)
    client.receive(ack(2, durable=1), 1.0)
    client.receive(completed(reason, chunks=2).model_copy(update={"saved": False}), 2.0)
    assert client.unsaved_chunks == 1


def test_a_session_that_ended_without_this_client_is_gone_while_it_records() -> None:
    client = open_client(chunks=1)
    client.receive(completed("connection_lost", chunks=5), 2.0)
    assert client.link is Link.GONE
    assert client.unsaved_chunks == 0


def test_an_upload_that_failed_leaves_the_audio_here() -> None:
    client = open_client(chunks=1)
    links = []
    for step in (client.uploading, client.upload_ended):
        step()
        links.append(client.link)
    assert links == [Link.UPLOADING, Link.GONE]
    assert client.unsaved_chunks == 1
