"""What is promised in docs/protocol.md, asked by real clients over both transports: resuming."""

import asyncio
from uuid import uuid4

import pytest

from tests.contract.conftest import Stage, credentials, dictated, finished
from tests.live.clients import PCM
from tests.live.engines import SharedEngine, ready
from vivavoz.session.events import (
    Failed,
    PauseRecording,
    ResumeRecording,
    StartRecording,
    StopRecording,
    TranscriptionFinal,
    WarningCode,
)


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
    assert not failed.error.recoverable
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
    await client.until_warning(WarningCode.AUDIO_GAP)
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
