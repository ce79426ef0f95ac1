"""What a recording asked for holds until its end, even if the server is killed meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.e2e.server_process import ServerProcess
from tests.live.clients import PCM
from tests.live.speech import spoken
from vivavoz.client.stream import VivavozClient
from vivavoz.session.events import (
    RecordingOptions,
    SessionResumed,
    TranscriptionFinal,
    TranscriptionPartial,
)

PROGRAM = ("-m", "tests.live.echoing_server")
PROMPTED = "minutes zaragoza"
IN_MID_SENTENCE = 12
Heard = TypeVar("Heard", TranscriptionPartial, TranscriptionFinal)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(tmp_path, (), program=PROGRAM)
    await process.start()
    yield process
    await process.stop()


@pytest.mark.parametrize("wants_partials", [False, True], ids=["finals", "partials"])
async def test_a_killed_server_goes_on_with_the_prompts(
    server: ServerProcess, human_speech: Path, *, wants_partials: bool
) -> None:
    options = RecordingOptions(
        initial_prompt="minutes", hotwords="zaragoza", partials=wants_partials
    )
    sentence = spoken(human_speech, ["goforward"])
    async with VivavozClient(server.url, mime_type=PCM, options=options) as client:
        events = client.events()

        async def hear(kind: type[Heard]) -> Heard:
            async for event in events:
                kinds.append(type(event))
                if isinstance(event, kind):
                    return event
            raise AssertionError("the session ended early")

        async def say_and_hear() -> str:
            for chunk in sentence[:IN_MID_SENTENCE]:
                await client.send(chunk)
            if wants_partials:
                await hear(TranscriptionPartial)
            for chunk in sentence[IN_MID_SENTENCE:]:
                await client.send(chunk)
            return (await hear(TranscriptionFinal)).result.text_content

        kinds: list[type] = []
        async with asyncio.timeout(60):
            assert await say_and_hear() == PROMPTED
            await server.kill()
            await server.start()
            assert await say_and_hear() == PROMPTED
            completed = await client.stop()
            kinds += [type(event) async for event in events]
    assert SessionResumed in kinds
    assert completed.confirmed_text == f"{PROMPTED} {PROMPTED}"
    after = kinds[kinds.index(SessionResumed) :]
    assert (TranscriptionPartial in after) == wants_partials
