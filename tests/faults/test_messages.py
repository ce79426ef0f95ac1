"""Messages come twice, in the wrong order, not at all, or over two sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.e2e.server_process import ServerProcess
from tests.faults.conftest import TextOf
from tests.faults.dictation import Ending
from tests.faults.outcome import Outcome
from tests.faults.speech import raw_speech
from tests.live.clients import WebSocketClient, websocket_client
from vivavoz.client.stream import VivavozClient
from vivavoz.session.events import (
    Ack,
    Failed,
    SessionCompleted,
    StartRecording,
    StopRecording,
)

MISSING = 40
SPEECH = raw_speech("en-5")

ALL = range(1, len(SPEECH.chunks) + 1)
STOP = StopRecording(last_sequence_number=ALL[-1])

Connect = Callable[..., Awaitable[WebSocketClient]]
EndsWhole = Callable[[WebSocketClient], Awaitable[Ending]]


@pytest_asyncio.fixture(loop_scope="session")
async def connect(server: ServerProcess) -> AsyncIterator[Connect]:
    """Opens a connection that a test writes by hand."""
    async with AsyncExitStack() as stack:

        async def open_connection(resume: dict[str, str] | None = None) -> WebSocketClient:
            return await stack.enter_async_context(websocket_client(server.port, resume))

        yield open_connection


@pytest_asyncio.fixture(loop_scope="session")
async def client(connect: Connect) -> WebSocketClient:
    """A connection that has begun to record."""
    client = await connect()
    await client.greeted()
    await client.send(StartRecording(mime_type=SPEECH.mime_type, language="en"))
    return client


async def send(client: WebSocketClient, *numbers: int) -> None:
    """Send these chunks of the speech."""
    for number in numbers:
        await client.send_binary(number, SPEECH.chunks[number - 1])


async def end(client: WebSocketClient) -> Ending:
    """Stop, twice, and read to the end."""
    await client.send(STOP)
    await client.send(STOP)
    assert await client.until_closed() == 1000
    (completed,) = client.of(SessionCompleted)
    return Ending(completed, tuple(client.events), 0.0)


@pytest.fixture
def ends_whole(server: ServerProcess, undisturbed: TextOf, outcome: Outcome) -> EndsWhole:
    """Stops, and checks that the session ends once, with the text of an undisturbed one."""

    async def check(client: WebSocketClient) -> Ending:
        ending = await end(client)
        text = await undisturbed(SPEECH)
        await outcome.is_whole(client.session_id, ending, text, server.url)
        return ending

    return check


@pytest.mark.fault("every chunk, and stop, sent twice")
async def test_duplicates(client: WebSocketClient, ends_whole: EndsWhole) -> None:
    for number in ALL:
        await send(client, number, number, max(1, number - 7))
    assert not (await ends_whole(client)).errors


@pytest.mark.fault("chunks in another order")
async def test_reordered(client: WebSocketClient, ends_whole: EndsWhole) -> None:
    for first in ALL[::5]:
        await send(client, *reversed([number for number in ALL if first <= number < first + 5]))
    assert set((await ends_whole(client)).errors) == {"SEQUENCE_MISMATCH"}


@pytest.mark.fault("a chunk missing until the server asks for it")
async def test_missing_until_asked_for(client: WebSocketClient, ends_whole: EndsWhole) -> None:
    await send(client, *(number for number in ALL[:30] if number not in (7, 20)))
    for missing, newest in ((7, 31), (20, 32)):
        failed = await client.until_error("SEQUENCE_MISMATCH")
        assert failed.error.details["expected_sequence_number"] == missing
        await send(client, missing, newest)
    await send(client, *ALL[32:])
    await ends_whole(client)


@pytest.mark.fault("the last chunk missing when the client stops")
async def test_missing_at_the_stop(client: WebSocketClient, ends_whole: EndsWhole) -> None:
    await send(client, *ALL[:-1])
    await client.send(STOP)
    failed = await client.until_error("SEQUENCE_MISMATCH")
    assert failed.error.details["expected_sequence_number"] == ALL[-1]
    await send(client, ALL[-1])
    await ends_whole(client)


@pytest.mark.fault("a chunk that never comes")
async def test_missing_for_good(
    client: WebSocketClient, server: ServerProcess, outcome: Outcome
) -> None:
    await send(client, *(number for number in ALL if number != MISSING))
    ending = await end(client)
    (lost,) = await outcome.declares(client.session_id, ending, server.url, "lost_audio")
    assert lost["first_sequence_number"] == lost["last_sequence_number"] == MISSING
    before = b"".join(SPEECH.chunks[: MISSING - 1])
    assert lost["at_s"] == pytest.approx(len(before) / 32_000, abs=0.02)
    assert ending.warnings["AUDIO_GAP"] == 1
    assert set(ending.warnings) <= {"AUDIO_GAP", "LATENCY_HIGH"}  # a busy machine may be late


@pytest.mark.fault("two sockets with one token")
async def test_two_sockets(
    client: WebSocketClient, connect: Connect, ends_whole: EndsWhole
) -> None:
    older = client
    await send(older, *ALL[:20])
    await older.until(Ack)
    assert older.created is not None
    token = {"session_id": str(older.session_id), "resume_token": older.created.resume_token}
    newer = await connect(token)
    resumed = await newer.welcomed_back()
    assert await older.until_closed() == 4409
    await send(newer, *ALL[resumed.next_sequence_number - 1 :])
    await ends_whole(newer)
    assert older.of(Failed)[-1].error.code == "SESSION_REPLACED"


@pytest.mark.fault("stop before any audio")
async def test_stop_before_any_audio(server: ServerProcess, outcome: Outcome) -> None:
    async with VivavozClient(server.url, mime_type=SPEECH.mime_type) as client:
        completed = await client.stop()
    assert completed.confirmed_text == ""
    assert not completed.saved
    assert completed.audio_chunks_received == 0
    outcome.note("completed, with nothing to save")
