"""A store that fails in a way that nobody foresaw ends the session, and its client knows."""

import pytest

from tests.unit.runtime.conftest import OpenHouse
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import Ack, StopRecording, TranscriptionFinal


async def test_text_that_cannot_be_written_is_never_called_durable(
    open_house: OpenHouse, sentence: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house()

    def stumble(*_: object) -> None:
        raise ValueError("Nobody thought of this.")

    monkeypatch.setattr(house.store, "append_final", stumble)
    caller = house.call()
    caller.start()
    for audio in sentence:
        caller.send(audio)
    caller.runner.receive(StopRecording(last_sequence_number=len(sentence)))
    await caller.until_closed()
    assert caller.errors() == ["INTERNAL_ERROR"]
    assert caller.runner.session.entity.status == SessionStatus.ERROR
    acks = [event for event in caller.events if isinstance(event, Ack)]
    (final,) = [event for event in caller.events if isinstance(event, TranscriptionFinal)]
    durable = max(ack.durable_sequence_number for ack in acks)
    assert durable < final.result.sequence_number
    await house.until_gone(caller)
    assert house.store.catalog.page(None).total == 0
