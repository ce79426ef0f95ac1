"""The server dies or is stopped while somebody speaks."""

import asyncio
import random

import pytest

from tests.faults.conftest import LosesNothing, StartServer
from tests.faults.dictation import Dictation
from tests.faults.speech import Speech, opus_speech, raw_speech

SPEECH = opus_speech("en-5")
RAW_SPEECH = raw_speech("en-5")
LONG_SPEECH = opus_speech("en-60s")
CHAOS_SEEDS = range(2, 12)


async def kill_and_restart_at(
    moments: list[float], speech: Speech, start_server: StartServer, loses_nothing: LosesNothing
) -> None:
    server = await start_server()
    async with Dictation(server.url, speech, pace=6) as dictation:
        for moment in moments:
            await dictation.reaches(moment)
            await server.kill()
            await server.start()
        ending = await dictation.finish()
    assert ending.resumed >= 1
    await loses_nothing(dictation, ending)


@pytest.mark.fault("server killed (SIGKILL) at a random moment of the speech, and restarted")
@pytest.mark.parametrize("speech", [SPEECH, RAW_SPEECH], ids=["webm", "pcm"])
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.chaos) for seed in CHAOS_SEEDS)]
)
async def test_killed_once(
    seed: int, speech: Speech, start_server: StartServer, loses_nothing: LosesNothing
) -> None:
    moment = random.Random(seed).uniform(0.05, 0.98)
    await kill_and_restart_at([moment], speech, start_server, loses_nothing)


@pytest.mark.chaos
@pytest.mark.timeout(180)
@pytest.mark.fault("server killed three times during one minute of speech")
@pytest.mark.parametrize("seed", range(3))
async def test_killed_again_and_again(
    seed: int, start_server: StartServer, loses_nothing: LosesNothing
) -> None:
    moments = sorted(random.Random(seed).uniform(0.05, 0.95) for _ in range(3))
    await kill_and_restart_at(moments, LONG_SPEECH, start_server, loses_nothing)


@pytest.mark.chaos
@pytest.mark.fault("server killed after the stop, while finalizing")
async def test_killed_while_finalizing(
    start_server: StartServer, loses_nothing: LosesNothing
) -> None:
    server = await start_server()
    async with Dictation(server.url, SPEECH, pace=40) as dictation:
        await dictation.reaches(1.0)
        ending_soon = asyncio.create_task(dictation.finish())
        await asyncio.sleep(0.05)
        await server.kill()
        await server.start()
        ending = await ending_soon
    await loses_nothing(dictation, ending)


@pytest.mark.fault("server stopped (SIGTERM) while somebody speaks, and started again")
async def test_stopped_and_started(start_server: StartServer, loses_nothing: LosesNothing) -> None:
    server = await start_server()
    async with Dictation(server.url, SPEECH, pace=6) as dictation:
        await dictation.reaches(0.5)
        await server.stop()
        await server.start()
        ending = await dictation.finish()
    assert ending.resumed >= 1
    assert ending.errors["SHUTTING_DOWN"] == 1
    await loses_nothing(dictation, ending)
