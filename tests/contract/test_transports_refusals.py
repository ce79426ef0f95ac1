"""What is promised in docs/protocol.md, asked by real clients over both transports: mistakes."""

import json
from pathlib import Path

import pytest
import socketio
from websockets.exceptions import InvalidStatus

from tests.contract.conftest import Stage, credentials, finished
from tests.live.clients import PCM, socketio_client, websocket_client
from tests.live.engines import CountingEngine, SlowLoading, ready, silence
from tests.live.server import live_server, until_answered
from tests.live.speech import chunks_of
from vivavoz.session.events import (
    RecordingOptions,
    StartRecording,
    TranscriptionFinal,
    Warned,
    WarningCode,
)
from vivavoz.settings import Settings

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


async def test_prompts_for_an_engine_that_takes_none_are_told(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    options = RecordingOptions(hotwords="Vivavoz")
    await client.send(StartRecording(mime_type=PCM, language="en", options=options))
    warned = await client.until_warning(WarningCode.PROMPTS_IGNORED)
    assert warned.details == {"options": ["hotwords"]}


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
    await stage.serve(connect_timeout_s=2.0)
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
