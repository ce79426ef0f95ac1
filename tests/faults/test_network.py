"""The network between the client and the server fails in every way it can."""

import asyncio
import time
from uuid import UUID

import httpx
import pytest

from tests.e2e.server_process import ServerProcess
from tests.e2e.waiting import eventually
from tests.faults.conftest import LosesNothing
from tests.faults.dictation import PACE, Dictation
from tests.faults.outcome import Outcome
from tests.faults.proxy import FaultyProxy, Way
from tests.faults.speech import opus_speech, raw_speech
from tests.live.clients import PATIENCE_S
from vivavoz.client.link import Link
from vivavoz.session.events import Ack, SessionResumed, TranscriptionFinal

SPEECH = opus_speech("en-5")
SEEN_WITHIN_S = 20.0


async def has_text(server: ServerProcess, session_id: UUID) -> bool:
    """Whether the server has confirmed something."""
    return bool((await live_session(server, session_id))["confirmed_text"])


async def live_session(server: ServerProcess, session_id: UUID) -> dict[str, object]:
    """What the server says of a live session."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=PATIENCE_S) as http:
        session: dict[str, object] = (
            await http.get(f"/api/streaming/sessions/{session_id}")
        ).json()
        return session


async def lose_connection_for(
    seconds: float, proxy: FaultyProxy, loses_nothing: LosesNothing
) -> None:
    pace = min(PACE, SPEECH.seconds / (seconds + 1))
    async with Dictation(proxy.url, SPEECH, pace=pace) as dictation:
        await dictation.reaches(0.3)
        proxy.disconnect()
        await asyncio.sleep(seconds)
        proxy.heal()
        ending = await dictation.finish()
    assert ending.resumed == 1
    await loses_nothing(dictation, ending)


@pytest.mark.fault("connection lost for 1 s while speaking")
async def test_loss_for_one_second(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    await lose_connection_for(1.0, proxy, loses_nothing)


@pytest.mark.chaos
@pytest.mark.fault("connection lost for 5 s while speaking")
async def test_loss_for_five_seconds(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    await lose_connection_for(5.0, proxy, loses_nothing)


@pytest.mark.chaos
@pytest.mark.fault("connection lost for 30 s while speaking")
async def test_loss_for_thirty_seconds(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    await lose_connection_for(30.0, proxy, loses_nothing)


@pytest.mark.fault("connection reset three times while speaking")
async def test_reset_again_and_again(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    async with Dictation(proxy.url, SPEECH, pace=PACE) as dictation:
        for count in range(3):
            await dictation.reaches(0.2 * (count + 1))
            proxy.reset()
            await dictation.hears(SessionResumed, count + 1)
        ending = await dictation.finish()
    assert ending.resumed == 3
    await loses_nothing(dictation, ending)


@pytest.mark.fault("connection cut in the middle of a frame")
@pytest.mark.parametrize("cut_after_bytes", [1, 4711])
async def test_cut_after_some_bytes(
    cut_after_bytes: int, proxy: FaultyProxy, loses_nothing: LosesNothing
) -> None:
    async with Dictation(proxy.url, SPEECH) as dictation:
        await dictation.reaches(0.2)
        proxy.cut_after_bytes = cut_after_bytes
        ending = await dictation.finish()
    assert ending.resumed == 1
    await loses_nothing(dictation, ending)


@pytest.mark.fault("0.2 s of delay each way")
async def test_delay(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    proxy.delay_s = 0.2
    async with Dictation(proxy.url, SPEECH) as dictation:
        ending = await dictation.finish()
    assert ending.resumed == 0
    await loses_nothing(dictation, ending)


@pytest.mark.fault("acks and results lost, then the connection")
async def test_lost_acks(
    server: ServerProcess, proxy: FaultyProxy, loses_nothing: LosesNothing
) -> None:
    async with Dictation(proxy.url, SPEECH) as dictation:
        await dictation.hears(Ack)
        proxy.swallow(Way.TO_CLIENT)
        await eventually(lambda: has_text(server, dictation.session_id))
        proxy.reset()
        proxy.heal()
        ending = await dictation.finish()
    assert ending.resumed == 1
    finals = [e.result.text_content for e in ending.events if isinstance(e, TranscriptionFinal)]
    assert " ".join(finals) != ending.text  # some were lost; the text was not
    await loses_nothing(dictation, ending)


@pytest.mark.chaos
@pytest.mark.timeout(180)
@pytest.mark.fault("half-open connection (black hole)")
async def test_half_open_connection(
    server: ServerProcess, proxy: FaultyProxy, loses_nothing: LosesNothing, outcome: Outcome
) -> None:
    async with Dictation(proxy.url, SPEECH, pace=0.5) as dictation:
        await dictation.reaches(0.1)
        began_s = time.monotonic()
        proxy.swallow(Way.TO_SERVER, Way.TO_CLIENT)
        seen_s: dict[str, float] = {}
        while len(seen_s) < 2:
            if (await live_session(server, dictation.session_id))["status"] == "reconnecting":
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
    await loses_nothing(dictation, ending)


@pytest.mark.fault("stop pressed while the connection is away")
async def test_stop_while_reconnecting(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    async with Dictation(proxy.url, SPEECH) as dictation:
        await dictation.reaches(0.6)
        proxy.disconnect()
        await dictation.reaches(1.0)
        ending_soon = asyncio.create_task(dictation.finish())
        await asyncio.sleep(0.5)
        proxy.heal()
        ending = await ending_soon
    assert ending.resumed == 1
    await loses_nothing(dictation, ending)


@pytest.mark.fault("a reader that takes 600 bytes a second")
async def test_slow_reader(proxy: FaultyProxy, loses_nothing: LosesNothing) -> None:
    speech = raw_speech("en-3")
    async with Dictation(proxy.url, speech) as dictation:
        proxy.bytes_per_s = 600.0
        await dictation.reaches(1.0)
        proxy.bytes_per_s = None
        ending = await dictation.finish()
    await loses_nothing(dictation, ending)
