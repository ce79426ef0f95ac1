"""One suite for both transports: what is promised in docs/protocol.md, asked by real clients."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
import socketio
from websockets.exceptions import InvalidStatus

from tests.contract.conftest import Stage, credentials
from tests.live.clients import PCM, Client, socketio_client, websocket_client
from tests.live.engines import CountingEngine, SharedEngine, SlowLoading, ready, silence
from tests.live.server import live_server, until_answered
from tests.live.speech import chunks_of
from vivavoz.session.events import (
    Ack,
    Failed,
    PauseRecording,
    Ping,
    Pong,
    ResumeRecording,
    SessionCompleted,
    StartRecording,
    StatusChanged,
    StopRecording,
    TranscriptionFinal,
    TranscriptionPartial,
    Warned,
    WarningCode,
)
from vivavoz.settings import Settings


def finals_of(client: Client) -> list[str]:
    return [event.result.text_content for event in client.of(TranscriptionFinal)]


async def finished(client: Client, last: int) -> SessionCompleted:
    """Stop after that chunk and read to the end."""
    await client.send(StopRecording(last_sequence_number=last))
    completed = await client.until(SessionCompleted)
    assert await client.until_closed() == 1000
    return completed


async def dictated(stage: Stage, chunks: list[bytes]) -> tuple[Client, SessionCompleted]:
    """An undisturbed dictation."""
    client = await stage.new_session()
    await client.record(chunks)
    return client, await finished(client, len(chunks))


# --- a dictation ----------------------------------------------------------------------------------


async def test_a_dictation_from_greeting_to_history(
    stage: Stage, pocketsphinx: SharedEngine, sentence: list[bytes]
) -> None:
    server = await stage.serve(ready(pocketsphinx))
    client = await stage.connect()
    created = await client.greeted()
    assert created.status == "connected"
    assert created.engine.name == "pocketsphinx"
    assert created.limits.max_chunk_bytes == 1_048_576
    spoken = sentence[:12]  # ends within speech
    await client.record(spoken, language="en")
    assert (await client.until(TranscriptionPartial)).result.text_content
    await client.send_chunks(sentence[len(spoken) :], first=len(spoken) + 1)
    await client.until_received(len(sentence))
    completed = await finished(client, len(sentence))
    assert completed.confirmed_text == " ".join(finals_of(client))
    assert "forward" in completed.confirmed_text
    assert completed.saved
    assert completed.reason == "stopped"
    assert completed.audio_chunks_received == len(sentence)
    assert [event.status for event in client.of(StatusChanged)] == [
        "connected",
        "recording",
        "finalizing",
        "completed",
    ]
    async with server.http() as http:
        kept = (await http.get(f"/api/history/{completed.transcript_id}")).json()
    assert kept["text"] == completed.confirmed_text


async def test_acks_say_what_came_what_is_safe_and_what_waits(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record([*sentence, *chunks_of(silence(2.0))])
    await client.until_durable(1)
    acks = client.of(Ack)
    received = [ack.received_sequence_number for ack in acks]
    durable = [ack.durable_sequence_number for ack in acks]
    assert received == sorted(received)
    assert durable == sorted(durable)
    assert all(ack.durable_sequence_number <= ack.received_sequence_number for ack in acks)
    assert all(ack.queue_size <= ack.received_sequence_number for ack in acks)


async def test_a_final_is_stored_before_it_is_called_durable(
    stage: Stage, sentence: list[bytes]
) -> None:
    server = await stage.serve()
    client = await stage.new_session()
    await client.record([*sentence, *chunks_of(silence(2.0))])
    final = await client.until(TranscriptionFinal)
    await client.until_durable(final.result.sequence_number - 1)
    async with server.http() as http:
        saved = (await http.post(f"/api/streaming/sessions/{client.session_id}/save")).json()
    assert saved["saved"]


async def test_pause_finishes_the_utterance_and_the_container_goes_on(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    speech = sentence[:12]  # ends within speech
    await client.record(speech)
    await client.send(PauseRecording())
    await client.until_status("paused")
    assert (await client.until(TranscriptionFinal)).result.text_content
    await client.send(ResumeRecording())
    await client.until_status("recording")
    await client.send_chunks(sentence, first=len(speech) + 1)
    completed = await finished(client, len(speech) + len(sentence))
    assert len(finals_of(client)) == 2
    assert completed.audio_chunks_received == len(speech) + len(sentence)


async def test_a_new_container_after_a_pause(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(PauseRecording(stream_ended=True))
    await client.until_status("paused")
    await client.send(ResumeRecording(mime_type="audio/pcm;rate=8000;channels=2"))
    await client.until_status("recording")
    await client.send_chunks(sentence, first=len(sentence) + 1)  # the same bytes last as long
    completed = await finished(client, 2 * len(sentence))
    seconds = sum(len(chunk) for chunk in sentence) / 32000
    assert completed.duration_s == pytest.approx(2 * seconds, abs=0.1)


async def test_after_the_end_of_a_stream_only_a_new_one_takes_audio(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(PauseRecording(stream_ended=True))
    await client.send_chunk(len(sentence) + 1, sentence[0])
    await client.until_error("INVALID_STATE")
    await client.send(ResumeRecording())
    await client.until_error("INVALID_STATE")
    await client.send(ResumeRecording(mime_type=PCM))
    await client.send_chunks(sentence, first=len(sentence) + 1)
    completed = await finished(client, 2 * len(sentence))
    assert completed.audio_chunks_received == 2 * len(sentence)
    assert len(finals_of(client)) == 2


async def test_an_empty_stream_harms_nothing(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send(PauseRecording(stream_ended=True))
    await client.send(ResumeRecording(mime_type=PCM))
    await client.send_chunks(sentence)
    completed = await finished(client, len(sentence))
    assert completed.confirmed_text
    assert not client.of(Failed)


async def test_ping_is_answered_with_its_own_time(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(Ping(timestamp=1234.5))
    assert (await client.until(Pong)).timestamp == 1234.5


# --- chunks out of order --------------------------------------------------------------------------


async def test_duplicates_and_reordered_chunks_change_nothing(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    _, undisturbed = await dictated(stage, sentence)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    numbers = list(range(1, len(sentence) + 1))
    numbers[2:5] = [5, 4, 3]
    for number in [*numbers, 1, 7, 7]:
        await client.send_chunk(number, sentence[number - 1])
    completed = await finished(client, len(sentence))
    assert completed.confirmed_text == undisturbed.confirmed_text
    assert completed.duration_s == undisturbed.duration_s
    assert completed.audio_chunks_received == len(sentence)


async def test_a_missing_chunk_is_asked_for_once(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    for number in (1, 3, 4, 5):
        await client.send_chunk(number, sentence[number - 1])
    failed = await client.until_error("SEQUENCE_MISMATCH")
    assert failed.error.details["expected_sequence_number"] == 2
    assert failed.error.recoverable
    await client.send_chunk(2, sentence[1])
    await client.until_received(5)
    assert len(client.of(Failed)) == 1


async def test_a_chunk_that_never_comes_is_declared(stage: Stage, sentence: list[bytes]) -> None:
    server = await stage.serve(gap_timeout_s=0.2)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    for number in (1, 2, 4, 5, 6):
        await client.send_chunk(number, sentence[number - 1])
    warned = await client.until(Warned)
    while warned.code != WarningCode.AUDIO_GAP:
        warned = await client.until(Warned)
    assert warned.details["first_sequence_number"] == 3
    assert warned.details["last_sequence_number"] == 3
    assert warned.details["at_s"] == pytest.approx(0.5, abs=0.05)
    async with server.http() as http:
        live = (await http.get(f"/api/streaming/sessions/{client.session_id}")).json()
    assert live["metadata"]["lost_audio"] == [warned.details]
    await client.send_chunks(sentence[6:], first=7)
    completed = await finished(client, len(sentence))
    assert completed.audio_chunks_received == len(sentence) - 1
    async with server.http() as http:
        kept = (await http.get(f"/api/history/{completed.transcript_id}")).json()
    assert kept["metadata"]["lost_audio"] == [warned.details]


async def test_stop_waits_for_the_last_chunks(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence[:-2])
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.until_status("finalizing")
    await client.send_chunks(sentence[-2:], first=len(sentence) - 1)
    completed = await client.until(SessionCompleted)
    assert completed.audio_chunks_received == len(sentence)


# --- stopping -------------------------------------------------------------------------------------


async def test_stop_before_any_audio(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    completed = await finished(client, 0)
    assert not completed.saved
    assert completed.transcript_id is None
    assert completed.confirmed_text == ""


async def test_stop_before_start_is_refused(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StopRecording())
    await client.until_error("INVALID_STATE")
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_stop_twice_is_stop_once(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(StopRecording())
    await client.send(StopRecording())
    await client.until(SessionCompleted)
    assert await client.until_closed() == 1000
    assert len(client.of(SessionCompleted)) == 1
    assert not client.of(Failed)


async def test_audio_after_stop_is_refused(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.send_chunk(len(sentence) + 1, sentence[0])
    completed = await client.until(SessionCompleted)
    assert completed.audio_chunks_received == len(sentence)
    assert [failed.error.code for failed in client.of(Failed)] == ["INVALID_STATE"]


async def test_stop_while_detached_ends_in_a_transcript(
    stage: Stage, sentence: list[bytes]
) -> None:
    server = await stage.serve()
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentence)
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.until_status("finalizing")
    await client.drop()
    async with server.http() as http:
        await until_answered(http, f"/api/streaming/sessions/{client.session_id}", 404)
    again = await stage.connect(credentials(client.created))
    completed = await again.until(SessionCompleted)
    assert completed.saved
    assert completed.confirmed_text
    assert await again.until_closed() == 1000


# --- resuming -------------------------------------------------------------------------------------


async def test_a_lost_connection_loses_and_doubles_nothing(
    stage: Stage, pocketsphinx: SharedEngine, sentences: list[bytes]
) -> None:
    await stage.serve(ready(pocketsphinx))
    _, undisturbed = await dictated(stage, sentences)
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentences[:14])
    await client.until_received(10)
    await client.drop()
    again = await stage.connect(credentials(client.created))
    resumed = await again.welcomed_back()
    assert resumed.epoch == client.created.epoch
    assert resumed.status == "recording"
    assert resumed.received_sequence_number == resumed.next_sequence_number - 1
    await again.send_chunks(
        sentences[resumed.next_sequence_number - 1 :], first=resumed.next_sequence_number
    )
    completed = await finished(again, len(sentences))
    assert completed.confirmed_text == undisturbed.confirmed_text
    assert completed.duration_s == undisturbed.duration_s


async def test_a_missing_chunk_is_not_given_up_while_its_client_is_away(
    stage: Stage, sentence: list[bytes]
) -> None:
    server = await stage.serve(gap_timeout_s=3.0)
    client = await stage.new_session()
    assert client.created is not None
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(2, sentence[1])
    await client.until_error("SEQUENCE_MISMATCH")
    await client.drop()
    await asyncio.sleep(3.3)  # longer than a present client would get
    again = await stage.connect(credentials(client.created))
    resumed = await again.welcomed_back()
    assert resumed.next_sequence_number == 1
    await again.send_chunks(sentence)
    completed = await finished(again, len(sentence))
    assert completed.audio_chunks_received == len(sentence)
    async with server.http() as http:
        kept = (await http.get(f"/api/history/{completed.transcript_id}")).json()
    assert "lost_audio" not in kept["metadata"]


@pytest.mark.parametrize(
    ("change", "code", "close_code"),
    [
        ({"resume_token": "not-the-token"}, "INVALID_RESUME_TOKEN", 4401),
        ({"session_id": str(uuid4())}, "SESSION_NOT_FOUND", 4404),
        ({"session_id": "../../etc/passwd"}, "INVALID_MESSAGE", 4400),
        ({"resume_token": ""}, "INVALID_MESSAGE", 4400),
    ],
)
async def test_resuming_with_wrong_credentials(
    stage: Stage, sentence: list[bytes], change: dict[str, str], code: str, close_code: int
) -> None:
    await stage.serve()
    client = await stage.new_session()
    assert client.created is not None
    stranger = await stage.connect(credentials(client.created) | change)
    failed = await stranger.until_error(code)
    assert not failed.error.recoverable or close_code == 4400
    assert await stranger.until_closed() == close_code
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_the_newest_connection_wins(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    older = await stage.new_session()
    assert older.created is not None
    await older.record(sentence[:4])
    await older.until_received(4)
    newer = await stage.connect(credentials(older.created))
    resumed = await newer.welcomed_back()
    assert resumed.status == "recording"
    await older.until_error("SESSION_REPLACED")
    assert await older.until_closed() == 4409
    first = resumed.next_sequence_number
    await newer.send_chunks(sentence[first - 1 :], first=first)
    assert (await finished(newer, len(sentence))).audio_chunks_received == len(sentence)


async def test_a_session_that_ended_meanwhile_says_how(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client, completed = await dictated(stage, sentence)
    assert client.created is not None
    again = await stage.connect(credentials(client.created))
    assert await again.next() == completed
    assert await again.until_closed() == 1000


async def test_a_restarted_server_goes_on_from_what_is_stored(
    stage: Stage, pocketsphinx: SharedEngine, sentences: list[bytes]
) -> None:
    await stage.serve(ready(pocketsphinx))
    _, undisturbed = await dictated(stage, sentences)
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentences[: 2 * len(sentences) // 3])
    final = await client.until(TranscriptionFinal)
    await client.until_durable(final.result.sequence_number - 1)
    await stage.stop()
    await stage.serve(ready(pocketsphinx))
    again = await stage.connect(credentials(client.created))
    resumed = await again.welcomed_back()
    assert resumed.epoch != client.created.epoch
    assert resumed.next_sequence_number == 1
    assert resumed.durable_sequence_number > 0
    assert undisturbed.confirmed_text.startswith(resumed.confirmed_text)
    assert resumed.confirmed_text
    await again.send_chunks(sentences)
    completed = await finished(again, len(sentences))
    assert completed.confirmed_text == undisturbed.confirmed_text


async def test_a_loss_is_declared_once_however_often_the_server_restarts(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve(gap_timeout_s=0.2)
    client = await stage.new_session()
    assert client.created is not None
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(1, sentence[0])
    await client.send_chunk(3, sentence[2])
    warned = await client.until(Warned)
    while warned.code != WarningCode.AUDIO_GAP:
        warned = await client.until(Warned)
    await stage.stop()
    server = await stage.serve(gap_timeout_s=0.2)
    again = await stage.connect(credentials(client.created))
    await again.welcomed_back()
    await again.send_chunk(1, sentence[0])
    await again.send_chunks(sentence[2:], first=3)
    completed = await finished(again, len(sentence))
    async with server.http() as http:
        kept = (await http.get(f"/api/history/{completed.transcript_id}")).json()
    (lost,) = kept["metadata"]["lost_audio"]
    assert (lost["first_sequence_number"], lost["last_sequence_number"]) == (2, 2)


async def test_a_restart_in_the_second_stream_asks_for_that_stream_only(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentence)
    await client.send(PauseRecording(stream_ended=True))
    await client.until(TranscriptionFinal)
    await client.send(ResumeRecording(mime_type=PCM))
    second = len(sentence) + 1
    await client.send_chunks(sentence, first=second)
    await client.until_durable(second)
    await stage.stop()
    await stage.serve()
    again = await stage.connect(credentials(client.created))
    assert (await again.welcomed_back()).next_sequence_number == second
    await again.send_chunks(sentence, first=second)
    completed = await finished(again, 2 * len(sentence))
    assert completed.confirmed_text.split().count("word1") == 2
    seconds = sum(len(chunk) for chunk in sentence) / 32000
    assert completed.duration_s == pytest.approx(2 * seconds, abs=0.1)


async def test_a_server_that_stops_while_finalizing(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentence)
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.until_status("finalizing")
    await stage.stop()
    await stage.serve()
    again = await stage.connect(credentials(client.created))
    first = await again.next()
    assert isinstance(first, Failed) or first.event == "session_resumed"
    if isinstance(first, Failed):  # it was completed in time: the history has it
        assert first.error.code == "SESSION_NOT_FOUND"
        return
    await again.send_chunks(sentence)
    assert (await finished(again, len(sentence))).confirmed_text


# --- what clients get wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("no_such_event", {}),
        ("start_recording", None),
        ("start_recording", {"mime_type": ""}),
        ("start_recording", {"mime_type": PCM, "unknown": 1}),
        ("start_recording", [PCM]),
        ("audio_chunk", {"sequence_number": 1}),
        (
            "audio_chunk",
            {
                "chunk_id": "c",
                "sequence_number": 1,
                "timestamp": 0,
                "mime_type": PCM,
                "audio_data": "not base64!",
                "size_bytes": 3,
            },
        ),
        ("stop_recording", {"last_sequence_number": -1}),
        ("ping", {"timestamp": "now"}),
        ("ping", "a string"),
        ("ping", ["several", "arguments"]),
    ],
)
async def test_a_malformed_message_is_answered_and_the_session_goes_on(
    stage: Stage, sentence: list[bytes], name: str, data: object
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send_raw(name, data)
    failed = await client.until_error("INVALID_MESSAGE")
    assert failed.error.recoverable
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_a_client_that_only_talks_nonsense_is_cut_off(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    for _ in range(25):
        await client.send_raw("nonsense", {})
    assert await client.until_closed() == 4400


async def test_garbage_audio_ends_its_own_session_only(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    neighbour = await stage.new_session()
    await neighbour.record(sentence[:4])
    client = await stage.new_session()
    await client.send(StartRecording(mime_type="audio/webm;codecs=opus"))
    await client.send_chunk(1, b"this is no audio at all" * 100)
    await client.until_error("INVALID_FORMAT")
    assert await client.until_closed() == 4400
    await neighbour.send_chunks(sentence[4:], first=5)
    assert (await finished(neighbour, len(sentence))).confirmed_text


async def test_an_unsupported_type_leaves_the_session_startable(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type="audio/midi"))
    failed = await client.until_error("UNSUPPORTED_FORMAT")
    assert failed.error.recoverable
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_a_language_that_the_engine_does_not_know(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM, language="es"))
    failed = await client.until_error("LANGUAGE_NOT_SUPPORTED")
    assert "whisper" in failed.error.message.lower()
    assert failed.error.details["languages"] == ["en"]
    await client.record(sentence, language="en")
    assert (await finished(client, len(sentence))).confirmed_text


async def test_no_language_for_an_engine_that_cannot_detect_is_told(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    assert (await client.until(Warned)).code == WarningCode.LANGUAGE_ASSUMED


async def test_while_the_model_loads_sessions_are_told_when_to_come_back(stage: Stage) -> None:
    loading = SlowLoading(CountingEngine())
    server = await stage.serve(loading, wait_until_ready=False)
    client = await stage.connect()
    failed = await client.until_error("MODEL_LOADING")
    assert failed.error.details["retry_after_s"] > 0
    assert await client.until_closed() == 1013
    loading.may_finish.set()
    async with server.http() as http:
        await until_answered(http, "/ready", 200)
    await stage.new_session()


async def test_a_chunk_that_is_too_large(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve(max_chunk_bytes=8000)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(1, bytes(8002))
    failed = await client.until_error("CHUNK_TOO_LARGE")
    assert failed.error.recoverable
    await client.send_chunks(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_flow_control_bounds_what_is_in_flight(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve(max_unacknowledged_chunks=4)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(9, sentence[8])
    failed = await client.until_error("TOO_MANY_UNACKNOWLEDGED")
    assert failed.error.details["expected_sequence_number"] == 1
    assert failed.error.recoverable


async def test_chunks_before_start_are_refused(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send_chunk(1, sentence[0])
    await client.until_error("INVALID_STATE")
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_sessions_in_all_are_limited(stage: Stage) -> None:
    await stage.serve(max_sessions=1)
    await stage.new_session()
    refused = await stage.connect()
    failed = await refused.until_error("TOO_MANY_SESSIONS")
    assert failed.error.details["retry_after_s"] > 0
    assert await refused.until_closed() == 1013


async def test_a_silent_client_is_let_go(stage: Stage) -> None:
    await stage.serve(connect_timeout_s=0.1)
    client = await stage.new_session()
    await client.until_error("CONNECT_TIMEOUT")
    assert await client.until_closed() == 4408


async def test_a_deleted_session_tells_its_client(stage: Stage, sentence: list[bytes]) -> None:
    server = await stage.serve()
    client = await stage.new_session()
    await client.record([*sentence, *chunks_of(silence(1.0))])
    await client.until(TranscriptionFinal)
    async with server.http() as http:
        path = f"/api/streaming/sessions/{client.session_id}"
        assert (await http.delete(path)).status_code == 204
        await client.until_error("SESSION_CANCELLED")
        assert await client.until_closed() == 4410
        assert (await http.get(path)).status_code == 404
        assert (await http.get("/api/history")).json()["total"] == 0
    assert client.created is not None
    await stage.stop()  # the store is closed: all its writes are done
    await stage.serve()
    again = await stage.connect(credentials(client.created))
    await again.until_error("SESSION_NOT_FOUND")


async def test_a_session_made_over_rest(stage: Stage, sentence: list[bytes]) -> None:
    server = await stage.serve()
    async with server.http() as http:
        made = (await http.post("/api/streaming/sessions", json={"language": "en"})).json()
    session_id = made["session"]["session_id"]
    client = await stage.connect({"session_id": session_id, "resume_token": made["resume_token"]})
    created = await client.greeted()
    assert str(created.session_id) == session_id
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


# --- who may connect ------------------------------------------------------------------------------


async def test_a_page_of_another_site_is_refused_at_the_door(stage: Stage) -> None:
    server = await stage.serve()
    with pytest.raises((InvalidStatus, socketio.exceptions.ConnectionError)):
        await stage.connect(origin="https://evil.example")
    async with server.http() as http:
        assert (await http.get("/api/streaming/status")).json()["sessions"] == 0
    own = await stage.connect(origin=server.url)
    await own.greeted()


async def test_a_page_that_was_allowed_may_connect(stage: Stage) -> None:
    await stage.serve(allowed_origins=("https://friend.example",))
    friend = await stage.connect(origin="https://friend.example")
    await friend.greeted()


# --- what only one transport can be sent ----------------------------------------------------------


async def test_a_packet_that_announces_many_attachments_is_passed_over(
    tmp_path: Path, sentence: list[bytes]
) -> None:
    settings = Settings(data_dir=tmp_path)
    async with (
        live_server(settings, ready(CountingEngine())) as server,
        socketio_client(server.port) as client,
    ):
        await client.greeted()
        packet = f'451000000000-["audio_chunk",{json.dumps({"_placeholder": True, "num": 0})}]'
        await client.socket.eio.ws.send_str(packet)
        await client.record(sentence)
        assert (await finished(client, len(sentence))).confirmed_text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[" * 100_000,
        '{"event": "ping", "event": "ping"}',
        '{"event": "ping", "data": {"timestamp": NaN}}',
        '{"event": "ping", "data": {"timestamp": 1e999}}',
        '{"event": "ping", "more": 1}',
        '"ping"',
        '{"event": 7}',
        "\u0000",
    ],
)
async def test_text_that_is_no_message(tmp_path: Path, sentence: list[bytes], text: str) -> None:
    settings = Settings(data_dir=tmp_path)
    async with (
        live_server(settings, ready(CountingEngine())) as server,
        websocket_client(server.port) as client,
    ):
        await client.greeted()
        await client.send_text(text)
        await client.until_error("INVALID_MESSAGE")
        await client.record(sentence)
        assert (await finished(client, len(sentence))).confirmed_text


@pytest.mark.parametrize("frame", [b"", b"\x00", bytes(12), bytes(13)])
async def test_bytes_that_are_no_chunk(tmp_path: Path, sentence: list[bytes], frame: bytes) -> None:
    settings = Settings(data_dir=tmp_path)
    async with (
        live_server(settings, ready(CountingEngine())) as server,
        websocket_client(server.port) as client,
    ):
        await client.greeted()
        await client.send(StartRecording(mime_type=PCM, language="en"))
        await client.send_frame(frame)
        await client.until_error("INVALID_MESSAGE")
        await client.send_chunks(sentence)
        assert (await finished(client, len(sentence))).confirmed_text


async def test_a_frame_over_the_limit_is_not_even_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, max_chunk_bytes=1024)
    async with (
        live_server(settings, ready(CountingEngine())) as server,
        websocket_client(server.port) as client,
    ):
        await client.greeted()
        await client.send_frame(bytes(100_000))
        assert await client.until_closed() == 1009
