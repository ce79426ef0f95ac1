"""What is promised in docs/protocol.md, asked by real clients over both transports: a dictation."""

import pytest

from tests.contract.conftest import Stage, credentials, dictated, finished
from tests.live.clients import PCM, Client
from tests.live.engines import SharedEngine, ready, silence
from tests.live.server import until_answered
from tests.live.speech import chunks_of
from vivavoz.session.events import (
    Ack,
    Failed,
    PauseRecording,
    Ping,
    Pong,
    ResumeRecording,
    SessionCompleted,
    StartRecording,
    StatusChanged,
    StopRecording,
    TranscriptionFinal,
    TranscriptionPartial,
    WarningCode,
)


def finals_of(client: Client) -> list[str]:
    return [event.result.text_content for event in client.of(TranscriptionFinal)]


# --- a dictation ----------------------------------------------------------------------------------


async def test_a_dictation_from_greeting_to_history(
    stage: Stage, pocketsphinx: SharedEngine, sentence: list[bytes]
) -> None:
    server = await stage.serve(ready(pocketsphinx))
    client = await stage.connect()
    created = await client.greeted()
    assert created.status == "connected"
    assert created.engine.name == "pocketsphinx"
    assert created.limits.max_chunk_bytes == 1_048_576
    spoken = sentence[:12]  # ends within speech
    await client.record(spoken, language="en")
    assert (await client.until(TranscriptionPartial)).result.text_content
    await client.send_chunks(sentence[len(spoken) :], first=len(spoken) + 1)
    await client.until_received(len(sentence))
    completed = await finished(client, len(sentence))
    assert completed.confirmed_text == " ".join(finals_of(client))
    assert "forward" in completed.confirmed_text
    assert completed.saved
    assert completed.reason == "stopped"
    assert completed.audio_chunks_received == len(sentence)
    assert [event.status for event in client.of(StatusChanged)] == [
        "connected",
        "recording",
        "finalizing",
        "completed",
    ]
    async with server.http() as http:
        kept = (await http.get(f"/api/history/{completed.transcript_id}")).json()
    assert kept["text"] == completed.confirmed_text


async def test_acks_say_what_came_what_is_safe_and_what_waits(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record([*sentence, *chunks_of(silence(2.0))])
    await client.until_durable(1)
    acks = client.of(Ack)
    received = [ack.received_sequence_number for ack in acks]
    durable = [ack.durable_sequence_number for ack in acks]
    assert received == sorted(received)
    assert durable == sorted(durable)
    assert all(ack.durable_sequence_number <= ack.received_sequence_number for ack in acks)
    assert all(ack.queue_size <= ack.received_sequence_number for ack in acks)


async def test_a_final_is_stored_before_it_is_called_durable(
    stage: Stage, sentence: list[bytes]
) -> None:
    server = await stage.serve()
    client = await stage.new_session()
    await client.record([*sentence, *chunks_of(silence(2.0))])
    final = await client.until(TranscriptionFinal)
    await client.until_durable(final.result.sequence_number - 1)
    async with server.http() as http:
        saved = (await http.post(f"/api/streaming/sessions/{client.session_id}/save")).json()
    assert saved["saved"]


async def test_pause_finishes_the_utterance_and_the_container_goes_on(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    speech = sentence[:12]  # ends within speech
    await client.record(speech)
    await client.send(PauseRecording())
    await client.until_status("paused")
    assert (await client.until(TranscriptionFinal)).result.text_content
    await client.send(ResumeRecording())
    await client.until_status("recording")
    await client.send_chunks(sentence, first=len(speech) + 1)
    completed = await finished(client, len(speech) + len(sentence))
    assert len(finals_of(client)) == 2
    assert completed.audio_chunks_received == len(speech) + len(sentence)


async def test_a_new_container_after_a_pause(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(PauseRecording(stream_ended=True))
    await client.until_status("paused")
    await client.send(ResumeRecording(mime_type="audio/pcm;rate=8000;channels=2"))
    await client.until_status("recording")
    await client.send_chunks(sentence, first=len(sentence) + 1)  # the same bytes last as long
    completed = await finished(client, 2 * len(sentence))
    seconds = sum(len(chunk) for chunk in sentence) / 32000
    assert completed.duration_s == pytest.approx(2 * seconds, abs=0.1)


async def test_after_the_end_of_a_stream_only_a_new_one_takes_audio(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(PauseRecording(stream_ended=True))
    await client.send_chunk(len(sentence) + 1, sentence[0])
    await client.until_error("INVALID_STATE")
    await client.send(ResumeRecording())
    await client.until_error("INVALID_STATE")
    await client.send(ResumeRecording(mime_type=PCM))
    await client.send_chunks(sentence, first=len(sentence) + 1)
    completed = await finished(client, 2 * len(sentence))
    assert completed.audio_chunks_received == 2 * len(sentence)
    assert len(finals_of(client)) == 2


async def test_an_empty_stream_harms_nothing(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send(PauseRecording(stream_ended=True))
    await client.send(ResumeRecording(mime_type=PCM))
    await client.send_chunks(sentence)
    completed = await finished(client, len(sentence))
    assert completed.confirmed_text
    assert not client.of(Failed)


async def test_ping_is_answered_with_its_own_time(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(Ping(timestamp=1234.5))
    assert (await client.until(Pong)).timestamp == 1234.5


# --- chunks out of order --------------------------------------------------------------------------


async def test_duplicates_and_reordered_chunks_change_nothing(
    stage: Stage, sentence: list[bytes]
) -> None:
    await stage.serve()
    _, undisturbed = await dictated(stage, sentence)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    numbers = list(range(1, len(sentence) + 1))
    numbers[2:5] = [5, 4, 3]
    for number in [*numbers, 1, 7, 7]:
        await client.send_chunk(number, sentence[number - 1])
    completed = await finished(client, len(sentence))
    assert completed.confirmed_text == undisturbed.confirmed_text
    assert completed.duration_s == undisturbed.duration_s
    assert completed.audio_chunks_received == len(sentence)


async def test_a_missing_chunk_is_asked_for_once(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    for number in (1, 3, 4, 5):
        await client.send_chunk(number, sentence[number - 1])
    failed = await client.until_error("SEQUENCE_MISMATCH")
    assert failed.error.details["expected_sequence_number"] == 2
    assert failed.error.recoverable
    await client.send_chunk(2, sentence[1])
    await client.until_received(5)
    assert len(client.of(Failed)) == 1


async def test_a_chunk_that_never_comes_is_declared(stage: Stage, sentence: list[bytes]) -> None:
    server = await stage.serve(gap_timeout_s=0.2)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    for number in (1, 2, 4, 5, 6):
        await client.send_chunk(number, sentence[number - 1])
    warned = await client.until_warning(WarningCode.AUDIO_GAP)
    assert warned.details["first_sequence_number"] == 3
    assert warned.details["last_sequence_number"] == 3
    assert warned.details["at_s"] == pytest.approx(0.5, abs=0.05)
    async with server.http() as http:
        live = (await http.get(f"/api/streaming/sessions/{client.session_id}")).json()
    assert live["metadata"]["lost_audio"] == [warned.details]
    await client.send_chunks(sentence[6:], first=7)
    completed = await finished(client, len(sentence))
    assert completed.audio_chunks_received == len(sentence) - 1
    async with server.http() as http:
        kept = (await http.get(f"/api/history/{completed.transcript_id}")).json()
    assert kept["metadata"]["lost_audio"] == [warned.details]


async def test_stop_waits_for_the_last_chunks(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence[:-2])
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.until_status("finalizing")
    await client.send_chunks(sentence[-2:], first=len(sentence) - 1)
    completed = await client.until(SessionCompleted)
    assert completed.audio_chunks_received == len(sentence)


# --- stopping -------------------------------------------------------------------------------------


async def test_stop_before_any_audio(stage: Stage) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    completed = await finished(client, 0)
    assert not completed.saved
    assert completed.transcript_id is None
    assert completed.confirmed_text == ""


async def test_stop_before_start_is_refused(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StopRecording())
    await client.until_error("INVALID_STATE")
    await client.record(sentence)
    assert (await finished(client, len(sentence))).confirmed_text


async def test_stop_twice_is_stop_once(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(StopRecording())
    await client.send(StopRecording())
    await client.until(SessionCompleted)
    assert await client.until_closed() == 1000
    assert len(client.of(SessionCompleted)) == 1
    assert not client.of(Failed)


async def test_audio_after_stop_is_refused(stage: Stage, sentence: list[bytes]) -> None:
    await stage.serve()
    client = await stage.new_session()
    await client.record(sentence)
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.send_chunk(len(sentence) + 1, sentence[0])
    completed = await client.until(SessionCompleted)
    assert completed.audio_chunks_received == len(sentence)
    assert [failed.error.code for failed in client.of(Failed)] == ["INVALID_STATE"]


async def test_stop_while_detached_ends_in_a_transcript(
    stage: Stage, sentence: list[bytes]
) -> None:
    server = await stage.serve()
    client = await stage.new_session()
    assert client.created is not None
    await client.record(sentence)
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    await client.until_status("finalizing")
    await client.drop()
    async with server.http() as http:
        await until_answered(http, f"/api/streaming/sessions/{client.session_id}", 404)
    again = await stage.connect(credentials(client.created))
    completed = await again.until(SessionCompleted)
    assert completed.saved
    assert completed.confirmed_text
    assert await again.until_closed() == 1000
