"""What a pause makes final, however busy the machine is."""

import asyncio

import pytest

from tests.unit.runtime.conftest import PATIENCE_S, OpenHouse
from vivavoz.runtime import audio_thread
from vivavoz.runtime.turnstile import Turnstile
from vivavoz.session.events import PauseRecording, TranscriptionFinal


async def test_a_pause_waits_for_a_decoder_that_is_behind(
    open_house: OpenHouse, sentence: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Turnstile(1)
    monkeypatch.setattr(audio_thread, "_turnstile", door)
    door.enter()  # nobody decodes
    caller = (await open_house()).call()
    caller.start()
    for chunk in sentence[:12]:  # ends within speech
        caller.send(chunk)
    caller.runner.receive(PauseRecording())
    await asyncio.sleep(0.5)
    door.leave()
    async with asyncio.timeout(PATIENCE_S):
        while not isinstance(event := await caller.connection.next(), TranscriptionFinal):
            pass
    assert event.result.text_content
    assert caller.runner.session.status == "paused"
