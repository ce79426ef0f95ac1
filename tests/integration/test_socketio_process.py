"""A Socket.IO client dictates human speech to the server as a process, and finds it kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import jiwer
import pytest

from tests.e2e.server_process import ServerProcess
from tests.live.clients import PATIENCE_S, Client, socketio_client
from tests.live.speech import spoken
from vivavoz.session.events import (
    PauseRecording,
    ResumeRecording,
    SessionCompleted,
    StopRecording,
    TranscriptionFinal,
    TranscriptionPartial,
)

PASSAGES = ("goforward", "librivox-0870", "librivox-0880")
MAX_WORD_ERROR_RATE = 0.35
"""Measured: 0.206 in each of six runs."""
IN_FLIGHT = 16
IN_MID_SENTENCE = 10
"""Chunks of the first passage whose last word has not ended yet."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(tmp_path / "data", ("--engine", "pocketsphinx"))
    await process.start()
    yield process
    await process.stop()


async def send_all(client: Client, chunks: list[bytes], *, first: int = 1) -> int:
    """Send these chunks, few at a time; the number of the last."""
    for start in range(0, len(chunks), IN_FLIGHT):
        some = chunks[start : start + IN_FLIGHT]
        await client.send_chunks(some, first=first + start)
        await client.until_received(first + start + len(some) - 1)
    return first + len(chunks) - 1


async def test_a_dictation_over_socketio_is_heard_and_kept_to_the_letter(
    server: ServerProcess, human_speech: Path
) -> None:
    async with socketio_client(server.port) as client:
        created = await client.greeted()
        await client.record([], language="en")
        sentence = spoken(human_speech, PASSAGES[:1])
        last = await send_all(client, sentence[:IN_MID_SENTENCE])
        partial = await client.until(TranscriptionPartial)
        last = await send_all(client, sentence[IN_MID_SENTENCE:], first=last + 1)
        await client.send(PauseRecording())
        await client.until_status("paused")
        await client.send(ResumeRecording())
        await client.until_status("recording")
        last = await send_all(client, spoken(human_speech, PASSAGES[1:]), first=last + 1)
        await client.send(StopRecording(last_sequence_number=last))
        completed = await client.until(SessionCompleted)
        assert await client.until_closed() == 1000

    text = completed.confirmed_text
    finals = client.of(TranscriptionFinal)
    assert client.events.index(partial) < client.events.index(finals[0])
    assert finals[0].result.text_content.startswith("go forward")
    assert text == " ".join(final.result.text_content for final in finals)
    said = " ".join((human_speech / f"{name}.txt").read_text().strip() for name in PASSAGES)
    assert jiwer.wer(said, text) <= MAX_WORD_ERROR_RATE

    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=PATIENCE_S) as http:
        kept = (await http.get(f"api/history/{completed.transcript_id}")).json()
    assert kept["text"] == text
    started = created.start_time.astimezone()
    [file] = server.transcript_files
    assert file.name == f"transcripcion_{started:%Y%m%d_%H%M%S}.txt"
    assert file.read_bytes().decode() == (
        f"Transcripcion ID: {completed.transcript_id}\n"
        f"Timestamp: {started:%Y-%m-%d %H:%M:%S}\n"
        "\n"
        f"{text}\n"
    )
