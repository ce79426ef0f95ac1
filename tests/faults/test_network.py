"""The network between the client and the server fails in every way it can."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest

from tests.e2e.server_process import ServerProcess
from tests.faults.dictation import PACE, Dictation
from tests.faults.outcome import Outcome
from tests.faults.proxy import FaultyProxy, Way
from tests.faults.speech import Speech, opus_speech, raw_speech
from vivavoz.client.link import Link
from vivavoz.session.events import Ack, SessionResumed, TranscriptionFinal

SPEECH = opus_speech("en-5")
SEEN_WITHIN_S = 20.0

TextOf = Callable[[Speech], Awaitable[str]]


async def status_of(server: ServerProcess, session_id: UUID) -> str:
    """A live session's status."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        status: str = (await http.get(f"/api/streaming/sessions/{session_id}")).json()["status"]
        return status


async def lose_connection_for(
    seconds: float, server: ServerProcess, proxy: FaultyProxy, text_of: TextOf, outcome: Outcome
) -> None:
    pace = min(PACE, SPEECH.seconds / (seconds + 1))
    async with Dictation(proxy.url, SPEECH, pace=pace) as dictation:
        await dictation.reaches(0.3)
        proxy.disconnect()
        await asyncio.sleep(seconds)
        proxy.heal()
        ending = await dictation.finish()
    assert ending.resumed == 1
    await outcome.is_whole(dictation.session_id, ending, await text_of(SPEECH), server.url)


@pytest.mark.fault("connection lost for 1 s while speaking")
async def test_loss_for_one_second(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    await lose_connection_for(1.0, server, proxy, undisturbed, outcome)


@pytest.mark.fault("connection lost for 5 s while speaking")
async def test_loss_for_five_seconds(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    await lose_connection_for(5.0, server, proxy, undisturbed, outcome)


@pytest.mark.chaos
@pytest.mark.fault("connection lost for 30 s while speaking")
async def test_loss_for_thirty_seconds(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    await lose_connection_for(30.0, server, proxy, undisturbed, outcome)


@pytest.mark.fault("connection reset three times while speaking")
async def test_reset_again_and_again(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    async with Dictation(proxy.url, SPEECH, pace=PACE) as dictation:
        for count in range(3):
            await dictation.reaches(0.2 * (count + 1))
            proxy.reset()
            await dictation.hears(SessionResumed, count + 1)
        ending = await dictation.finish()
    assert ending.resumed == 3
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(SPEECH), server.url)


@pytest.mark.fault("connection cut in the middle of a frame")
@pytest.mark.parametrize("cut_after_bytes", [1, 4711])
async def test_cut_after_some_bytes(
    cut_after_bytes: int,
    server: ServerProcess,
    proxy: FaultyProxy,
    undisturbed: TextOf,
    outcome: Outcome,
) -> None:
    async with Dictation(proxy.url, SPEECH) as dictation:
        await dictation.reaches(0.2)
        proxy.cut_after_bytes = cut_after_bytes
        ending = await dictation.finish()
    assert ending.resumed == 1
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(SPEECH), server.url)


@pytest.mark.fault("0.2 s of delay each way")
async def test_delay(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    proxy.delay_s = 0.2
    async with Dictation(proxy.url, SPEECH) as dictation:
        ending = await dictation.finish()
    assert ending.resumed == 0
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(SPEECH), server.url)


@pytest.mark.fault("acks and results lost, then the connection")
async def test_lost_acks(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    async with Dictation(proxy.url, SPEECH) as dictation:
        await dictation.hears(Ack, 5)
        proxy.swallow(Way.TO_CLIENT)
        await dictation.reaches(0.7)
        proxy.reset()
        proxy.heal()
        ending = await dictation.finish()
    assert ending.resumed == 1
    shown = sum(isinstance(event, TranscriptionFinal) for event in ending.events)
    assert shown < len(ending.text.split("."))  # some finals were lost; the text was not
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(SPEECH), server.url)


@pytest.mark.chaos
@pytest.mark.timeout(180)
@pytest.mark.fault("half-open connection (black hole)")
async def test_half_open_connection(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    async with Dictation(proxy.url, SPEECH, pace=0.5) as dictation:
        await dictation.reaches(0.1)
        began_s = time.monotonic()
        proxy.swallow(Way.TO_SERVER, Way.TO_CLIENT)
        seen_s: dict[str, float] = {}
        while len(seen_s) < 2:
            if await status_of(server, dictation.session_id) == "reconnecting":
                seen_s.setdefault("server", time.monotonic() - began_s)
            if dictation.client.link is not Link.OPEN:
                seen_s.setdefault("client", time.monotonic() - began_s)
            await asyncio.sleep(0.1)
            assert time.monotonic() < began_s + SEEN_WITHIN_S, seen_s
        proxy.heal()
        proxy.reset()
        ending = await dictation.finish()
    seen = ", ".join(f"by the {side} after {seconds:.0f} s" for side, seconds in seen_s.items())
    outcome.note(f"seen {seen}")
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(SPEECH), server.url)


@pytest.mark.fault("stop pressed while the connection is away")
async def test_stop_while_reconnecting(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    async with Dictation(proxy.url, SPEECH) as dictation:
        await dictation.reaches(0.6)
        proxy.disconnect()
        await dictation.reaches(1.0)
        ending_soon = asyncio.create_task(dictation.finish())
        await asyncio.sleep(0.5)
        proxy.heal()
        ending = await ending_soon
    assert ending.resumed == 1
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(SPEECH), server.url)


@pytest.mark.fault("a reader that takes 600 bytes a second")
async def test_slow_reader(
    server: ServerProcess, proxy: FaultyProxy, undisturbed: TextOf, outcome: Outcome
) -> None:
    speech = raw_speech("en-3")
    async with Dictation(proxy.url, speech) as dictation:
        proxy.bytes_per_s = 600.0
        await dictation.reaches(1.0)
        proxy.bytes_per_s = None
        ending = await dictation.finish()
    await outcome.is_whole(dictation.session_id, ending, await undisturbed(speech), server.url)
