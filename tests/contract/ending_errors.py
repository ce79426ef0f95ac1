"""How each error that ends a session comes about."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, NoReturn
from uuid import uuid4

from tests.contract.conftest import Stage, credentials
from tests.live.clients import Client
from tests.live.engines import CountingEngine, SlowLoading, silence
from vivavoz.errors import ModelFailedError
from vivavoz.runtime.loading import Progress
from vivavoz.session.events import StartRecording, StopRecording, TranscriptionFinal
from vivavoz.settings import Settings

WEBM = "audio/webm;codecs=opus"
GARBAGE = b"this is no audio at all" * 100

Provoke = Callable[[Stage, list[bytes]], Awaitable[Client]]
"""Sets the stage and returns the client that will be told the error."""


async def bad_container(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=WEBM))
    await client.send_chunk(1, GARBAGE)
    return client


async def bad_container_then_stop(stage: Stage, sentence: list[bytes]) -> Client:
    client = await bad_container(stage, sentence)
    await client.send(StopRecording(last_sequence_number=1))
    return client


async def bad_container_after_speech(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send_raw("pause_recording", {"stream_ended": True})
    await client.until(TranscriptionFinal)
    await client.send_raw("resume_recording", {"mime_type": WEBM})
    await client.send_chunk(len(sentence) + 1, GARBAGE)
    return client


async def handshake_without_uuid(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    return await stage.connect({"session_id": "abc", "resume_token": "x"})


async def endless_nonsense(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    for _ in range(21):
        await client.send_raw("nonsense", {})
    for _ in range(20):
        assert (await client.until_error("INVALID_MESSAGE")).error.recoverable
    return client


async def no_key(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(auth=True)
    return await stage.connect()


async def unknown_session(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    return await stage.connect({"session_id": str(uuid4()), "resume_token": "x"})


async def wrong_token(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    return await stage.connect({"session_id": str(client.session_id), "resume_token": "x"})


async def second_connection(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    assert client.created is not None
    await stage.connect(credentials(client.created))
    return client


async def deleted(stage: Stage, _sentence: list[bytes]) -> Client:
    server = await stage.serve()
    client = await stage.new_session()
    async with server.http() as http:
        await http.delete(f"/api/streaming/sessions/{client.session_id}")
    return client


async def one_too_many(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(max_sessions=1)
    await stage.new_session()
    return await stage.connect()


async def one_too_many_for_the_address(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(max_sessions_per_address=1)
    await stage.new_session()
    return await stage.connect()


async def too_long(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(duration_limit_s=60)
    client = await stage.new_session()
    await client.record([silence(31.0), silence(31.0)])
    return client


async def too_many_chunks(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve(max_chunks=2)
    client = await stage.new_session()
    await client.record(sentence[:3])
    return client


async def too_many_bytes(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve(max_session_bytes=len(sentence[0]))
    client = await stage.new_session()
    await client.record(sentence[:2])
    return client


async def too_many_returns(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve(max_reconnects=1)
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentence[:2])
    again = await stage.connect(credentials(client.created))
    await again.welcomed_back()
    return await stage.connect(credentials(client.created))


async def silent_from_the_start(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(connect_timeout_s=2.0)
    return await stage.new_session()


async def silent_later(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve(idle_timeout_s=2.0)
    client = await stage.new_session()
    await client.record(sentence[:2])
    return client


async def model_is_loading(stage: Stage, _sentence: list[bytes]) -> Client:
    loading = SlowLoading(CountingEngine())
    await stage.serve(loading, wait_until_ready=False)
    client = await stage.connect()
    loading.may_finish.set()
    return client


async def model_is_broken(stage: Stage, _sentence: list[bytes]) -> Client:
    def load(_settings: Settings, _report: Callable[[Progress], None]) -> NoReturn:
        raise ModelFailedError("The model is broken; get another.")

    server = await stage.serve(load, wait_until_ready=False)
    async with server.http() as http, asyncio.timeout(30):
        answer = await http.get("/ready")
        while "MODEL_FAILED" not in answer.text:
            await asyncio.sleep(0.01)
            answer = await http.get("/ready")
    return await stage.connect()


async def server_is_stopped(stage: Stage, sentence: list[bytes]) -> Client:
    server = await stage.serve()
    client = await stage.new_session()
    await client.record(sentence[:2])
    await client.until_received(2)
    await server.drain()
    return client


class Ending(NamedTuple):
    code: str
    provoke: Provoke
    close_code: int


ENDINGS = [
    Ending("INVALID_FORMAT", bad_container, 4400),
    Ending("INVALID_FORMAT", bad_container_then_stop, 4400),
    Ending("INVALID_FORMAT", bad_container_after_speech, 1000),
    Ending("INVALID_MESSAGE", handshake_without_uuid, 4400),
    Ending("INVALID_MESSAGE", endless_nonsense, 4400),
    Ending("UNAUTHORIZED", no_key, 4401),
    Ending("SESSION_NOT_FOUND", unknown_session, 4404),
    Ending("INVALID_RESUME_TOKEN", wrong_token, 4401),
    Ending("SESSION_REPLACED", second_connection, 4409),
    Ending("SESSION_CANCELLED", deleted, 4410),
    Ending("TOO_MANY_SESSIONS", one_too_many, 1013),
    Ending("TOO_MANY_SESSIONS_FOR_ADDRESS", one_too_many_for_the_address, 4429),
    Ending("DURATION_LIMIT_REACHED", too_long, 1000),
    Ending("CHUNK_LIMIT_REACHED", too_many_chunks, 1000),
    Ending("SESSION_BYTES_LIMIT_REACHED", too_many_bytes, 1000),
    Ending("TOO_MANY_RECONNECTS", too_many_returns, 4429),
    Ending("CONNECT_TIMEOUT", silent_from_the_start, 4408),
    Ending("IDLE_TIMEOUT", silent_later, 1000),
    Ending("MODEL_LOADING", model_is_loading, 1013),
    Ending("MODEL_FAILED", model_is_broken, 4500),
    Ending("SHUTTING_DOWN", server_is_stopped, 1012),
]
