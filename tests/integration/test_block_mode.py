"""The server stays away for longer than the client's attempts, and the dictation is whole."""

import asyncio
import io
import re
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from jiwer import wer

from tests.e2e.server_process import ServerProcess
from tests.faults.dictation import Dictation, kept_transcript
from tests.faults.proxy import FaultyProxy
from tests.faults.speech import SAMPLES, Speech, opus_speech, raw_speech
from tests.live.clients import PATIENCE_S
from vivavoz.client import UPLOADED, Link, VivavozClient, as_file
from vivavoz.errors import ServerUnreachableError
from vivavoz.session.events import Ack, SessionResumed, TranscriptionFinal

pytestmark = pytest.mark.xdist_group("block mode")  # what is undisturbed is heard once

MODEL = ("--engine", "whisper", "--model", str(SAMPLES.parent / "model"))
NAMES = ("en-1", "en-2")
CUT = 0.6
"""The part of them that the server hears at first: one, and half of the other."""
PATIENT_S = 60.0
MAX_EDITS = 4


@pytest.fixture(autouse=True)
def impatient_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same steps as with the real 31 seconds of back-off."""
    monkeypatch.setattr("vivavoz.client.protocol.BACK_OFF_S", (0.1,) * 5)
    monkeypatch.setattr("vivavoz.client.stream._PROBE_INTERVAL_S", 0.3)


@pytest.fixture
def settings() -> dict[str, str]:
    """A session that lost its client is kept open for a second only."""
    return {"VIVAVOZ_RESUME_WINDOW_S": "1"}


@pytest_asyncio.fixture
async def server(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(tmp_path, MODEL, settings=settings)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture
async def proxy(server: ServerProcess) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(server.port) as proxy:
        yield proxy


@pytest.fixture(params=[raw_speech(*NAMES), opus_speech(*NAMES)], ids=["pcm", "webm"])
def speech(request: pytest.FixtureRequest) -> Speech:
    found: Speech = request.param
    return found


@pytest_asyncio.fixture
async def whole(server: ServerProcess, speech: Speech) -> list[str]:
    """The words of the speech that nothing disturbs."""
    return await undisturbed(server, speech)


async def undisturbed(server: ServerProcess, speech: Speech) -> list[str]:
    if speech not in _undisturbed:
        async with Dictation(server.url, speech) as dictation:
            _undisturbed[speech] = words_of((await dictation.finish()).text)
    return _undisturbed[speech]


_undisturbed: dict[Speech, list[str]] = {}


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENT_S):
        while not is_so():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)


async def until_link(dictation: Dictation, link: Link) -> None:
    await until(lambda: dictation.client.link is link)


async def until_something_is_stored(dictation: Dictation) -> None:
    await until(
        lambda: any(
            isinstance(event, Ack) and event.durable_sequence_number > 0
            for event in dictation.events
        )
    )


async def until_saved(server: ServerProcess, session_id: UUID) -> None:
    """Until the history has what the server heard of a dictation whose client it lost."""
    await until(
        lambda: any(str(session_id) in file.read_text() for file in server.transcript_files)
    )


async def edit(server: ServerProcess, session_id: UUID, text: str) -> None:
    """Put this in the place of a transcript's text."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=PATIENCE_S) as http:
        async with asyncio.timeout(PATIENT_S):
            while True:  # the file is there a moment before the transcript
                answer = await http.patch(f"/api/history/{session_id}", json={"text": text})
                if answer.is_success:
                    return
                await asyncio.sleep(0.02)


async def until_given_up(server: ServerProcess, proxy: FaultyProxy, dictation: Dictation) -> None:
    """Until the dictation goes on here alone, and what was heard of it is in the history."""
    await dictation.hears(TranscriptionFinal)
    proxy.disconnect()
    dictation.go_on()
    await until_link(dictation, Link.BLOCKED)
    await until_saved(server, dictation.session_id)


def edits(expected: list[str], actual: list[str]) -> float:
    """How many words differ: one utterance is cut in two where the connection broke."""
    return len(expected) * wer(" ".join(expected), " ".join(actual))


@pytest.mark.parametrize("settings", [{}], ids=["patient"])
async def test_a_server_that_comes_back_in_time_gets_the_rest_over_the_old_session(
    server: ServerProcess, speech: Speech, whole: list[str]
) -> None:
    async with Dictation(server.url, speech, silent_from=CUT) as dictation:
        await until_something_is_stored(dictation)
        await server.kill()
        dictation.go_on()
        await until_link(dictation, Link.BLOCKED)
        await server.start()
        await dictation.hears(SessionResumed)
        ending = await dictation.finish()
    assert words_of(ending.text) == whole
    assert ending.completed.reason == "stopped"


async def test_a_session_that_was_saved_meanwhile_goes_on_and_is_one_transcript(
    server: ServerProcess, proxy: FaultyProxy, speech: Speech, whole: list[str]
) -> None:
    async with Dictation(proxy.url, speech, silent_from=CUT) as dictation:
        await until_given_up(server, proxy, dictation)
        proxy.heal()
        await dictation.hears(SessionResumed)
        ending = await dictation.finish()
    assert edits(whole, words_of(ending.text)) <= MAX_EDITS
    assert ending.resumed == 1
    assert ending.completed.reason == "stopped"
    assert dictation.client.unsaved_streams() == []
    assert (await kept_transcript(server.url, dictation.session_id))["text"] == ending.text


async def test_what_a_session_missed_that_was_edited_meanwhile_is_uploaded_and_nothing_is_doubled(
    server: ServerProcess, proxy: FaultyProxy, speech: Speech, whole: list[str]
) -> None:
    """What a person wrote is not touched: the rest becomes a transcript of its own."""
    async with Dictation(proxy.url, speech, silent_from=CUT) as dictation:
        await until_given_up(server, proxy, dictation)
        await edit(server, dictation.session_id, "what a person wrote")
        proxy.heal()
        await until_link(dictation, Link.GONE)
        ending = await dictation.finish()
    assert edits(whole, words_of(ending.text)) <= MAX_EDITS
    assert ending.completed.reason == UPLOADED
    assert ending.completed.saved
    assert dictation.client.unsaved_streams() == []
    kept = await kept_transcript(server.url, dictation.session_id)
    assert kept["text"] == "what a person wrote"


@pytest.mark.parametrize("speech", [raw_speech(*NAMES)], ids=["pcm"])
async def test_a_session_that_was_saved_while_nobody_listened_goes_on_too(
    server: ServerProcess, proxy: FaultyProxy, speech: Speech, whole: list[str]
) -> None:
    """The server was killed and, once restarted, finishes what nobody takes up."""
    async with Dictation(proxy.url, speech, silent_from=CUT) as dictation:
        await until_something_is_stored(dictation)
        proxy.disconnect()
        await server.kill()
        dictation.go_on()
        await until_link(dictation, Link.BLOCKED)
        await server.start()
        await until_saved(server, dictation.session_id)
        proxy.heal()
        await dictation.hears(SessionResumed)
        ending = await dictation.finish()
    assert edits(whole, words_of(ending.text)) <= MAX_EDITS
    assert ending.completed.reason == "stopped"
    kept = await kept_transcript(server.url, dictation.session_id)
    assert (kept["text"], kept["engine"]) == (ending.text, "whisper")


async def test_a_server_that_never_comes_back_leaves_the_audio_here(server: ServerProcess) -> None:
    speech = raw_speech(*NAMES)
    async with Dictation(server.url, speech) as dictation:
        await dictation.reaches(0.1)
        await server.kill()
        with pytest.raises(ServerUnreachableError):
            await dictation.finish()
        (stream,) = dictation.client.unsaved_streams()
    with wave.open(io.BytesIO(as_file(stream).content)) as kept:
        assert kept.getnframes() / kept.getframerate() == pytest.approx(speech.seconds, abs=0.1)


async def test_each_change_of_the_link_is_told_once(server: ServerProcess) -> None:
    told: list[Link] = []
    speech = raw_speech("en-1")
    async with VivavozClient(server.url, mime_type=speech.mime_type, on_link=told.append) as client:
        await client.send(speech.chunks[0])
        await server.kill()
        await until(lambda: client.link is Link.BLOCKED)
    attempts = [Link.WAITING, Link.CONNECTING] * 5
    assert told == [Link.CONNECTING, Link.OPEN, *attempts, Link.BLOCKED]
