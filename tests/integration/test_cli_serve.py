"""``vivavoz serve`` and the root command as processes; dictations through the client library."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from jiwer import wer

from tests.live.ports import free_port
from vivavoz.cli.server_status import ServerStatus, fetch_status
from vivavoz.client import Link, VivavozClient
from vivavoz.errors import LanguageNotSupportedError, ServerUnreachableError, UnsupportedFormatError
from vivavoz.session.events import (
    ServerEvent,
    SessionCompleted,
    SessionResumed,
    TranscriptionFinal,
    TranscriptionPartial,
)

VIVAVOZ = [sys.executable, "-m", "vivavoz"]
COMMANDS = ("serve", "transcribe", "listen", "models", "history", "keys", "bench")
PCM = "audio/pcm;rate=16000;channels=1"
CHUNK_BYTES = 6400
BEGINNING = 10
"""How many chunks end within the first utterance."""
PACE = 0.05
"""Seconds between chunks of a fifth of a second: four times real time."""


@dataclass
class RunningServer:
    """A server process and what it needs to be started again."""

    arguments: list[str]
    process: "subprocess.Popen[str]"
    url: str

    @classmethod
    def start(cls, arguments: list[str], port: int = 0) -> "RunningServer":
        command = [*VIVAVOZ, "serve", "--port", str(port), *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert process.stdout is not None
        announced = re.search(r"http://\S+", process.stdout.readline())
        assert announced is not None
        server = cls(arguments, process, announced[0])
        try:
            server.wait_until_ready()
        except AssertionError:
            server.stop(signal.SIGKILL)
            raise
        return server

    def wait_until_ready(self) -> None:
        for _ in range(200):
            if fetch_status(self.url) is ServerStatus.READY:
                return
            time.sleep(0.1)
        raise AssertionError("the server never became ready")

    def kill_and_restart(self) -> "RunningServer":
        port = int(self.url.rpartition(":")[2])
        self.stop(signal.SIGKILL)
        return RunningServer.start(self.arguments, port)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def arguments(fixture_model: Path, tmp_path: Path) -> list[str]:
    model = ["--engine", "whisper", "--model", str(fixture_model)]
    return [*model, "--data-dir", str(tmp_path / "data")]


@pytest.fixture
def server(arguments: list[str]) -> Iterator[RunningServer]:
    running = RunningServer.start(arguments, free_port())
    yield running
    if running.process.poll() is None:
        running.stop()


class Sample:
    """A recording with its text."""

    def __init__(self, path: Path) -> None:
        with wave.open(str(path)) as recording:
            self.pcm = recording.readframes(recording.getnframes())
        self.text = str(json.loads(path.with_suffix(".json").read_text())["text"])

    @property
    def chunks(self) -> list[bytes]:
        starts = range(0, len(self.pcm), CHUNK_BYTES)
        return [self.pcm[start : start + CHUNK_BYTES] for start in starts]


@pytest.fixture
def sample(fixture_model: Path) -> Sample:
    return Sample(fixture_model.parent / "samples" / "en-2.wav")


async def dictate(client: VivavozClient, chunks: list[bytes]) -> None:
    for chunk in chunks:
        await client.send(chunk)
        await asyncio.sleep(PACE)


async def test_a_dictation_shows_partials_then_finals_then_the_whole(
    server: RunningServer, sample: Sample
) -> None:
    async with VivavozClient(server.url, mime_type=PCM) as client:
        assert client.link is Link.OPEN
        assert client.session is not None
        assert client.session.engine.name == "whisper"
        kinds: list[type[ServerEvent]] = []
        shown = asyncio.Event()

        async def listen() -> None:
            async for event in client.events():
                kinds.append(type(event))
                if isinstance(event, TranscriptionPartial):
                    shown.set()

        listening = asyncio.create_task(listen())
        await dictate(client, sample.chunks[:BEGINNING])
        await shown.wait()
        await dictate(client, sample.chunks[BEGINNING:])
        completed = await client.stop()
        await listening
    assert kinds.index(TranscriptionPartial) < kinds.index(TranscriptionFinal)
    assert kinds[-1] is SessionCompleted
    assert wer(sample.text, completed.confirmed_text) < 0.1
    assert completed.saved
    assert client.unsaved_chunks == 0
    assert client.unsaved_streams() == []


async def test_pauses_part_the_text(server: RunningServer, sample: Sample) -> None:
    async with VivavozClient(server.url, mime_type=PCM) as client:
        await dictate(client, sample.chunks)
        client.pause(stream_ended=True)
        client.resume(PCM)
        await dictate(client, sample.chunks)
        completed = await client.stop()
    assert wer(f"{sample.text} {sample.text}", completed.confirmed_text) < 0.1


@asynccontextmanager
async def cuttable(url: str) -> AsyncIterator[tuple[str, list[asyncio.StreamWriter]]]:
    """A TCP proxy in front of a server; closing its writers cuts what runs through it."""
    host, port = url.removeprefix("http://").split(":")
    writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(host, int(port))
        writers.extend([writer, back_writer])
        await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer))

    proxy = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with proxy:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}", writers


async def test_nothing_is_lost_when_the_connection_is(
    server: RunningServer, sample: Sample
) -> None:
    async with cuttable(server.url) as (url, writers), VivavozClient(url, mime_type=PCM) as client:
        for number, chunk in enumerate(sample.chunks):
            await client.send(chunk)
            await asyncio.sleep(PACE)
            if number == 12:
                for writer in writers:
                    writer.transport.abort()
        completed = await client.stop()
        events = [event async for event in client.events()]
    assert any(isinstance(event, SessionResumed) for event in events)
    assert wer(sample.text, completed.confirmed_text) < 0.1
    assert completed.audio_chunks_received == len(sample.chunks)


async def test_nothing_is_lost_when_the_server_is_killed(
    server: RunningServer, sample: Sample
) -> None:
    restarted: RunningServer | None = None
    try:
        async with VivavozClient(server.url, mime_type=PCM) as client:
            await dictate(client, sample.chunks[:20])
            restarted = await asyncio.to_thread(server.kill_and_restart)
            await dictate(client, sample.chunks[20:])
            completed = await client.stop()
    finally:
        if restarted is not None:
            restarted.stop()
    assert wer(sample.text, completed.confirmed_text) < 0.1


async def test_a_refusal_has_the_servers_own_words(server: RunningServer) -> None:
    async with VivavozClient(server.url, mime_type="audio/x-nonsense") as client:
        with pytest.raises(UnsupportedFormatError, match="not an audio format"):
            await asyncio.wait_for(client.stop(), 60)
    async with VivavozClient(server.url, mime_type=PCM, language="xx") as client:
        with pytest.raises(LanguageNotSupportedError):
            await asyncio.wait_for(client.stop(), 60)


async def test_nobody_there_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(ServerUnreachableError, match=f"No server answers at .*:{port}"):
        async with VivavozClient(f"http://127.0.0.1:{port}", mime_type=PCM):
            pass


def test_the_page_is_there_and_ctrl_c_ends_the_server(server: RunningServer) -> None:
    with urllib.request.urlopen(server.url) as answer:
        assert "text/html" in answer.headers["Content-Type"]
    assert server.stop(signal.SIGINT) == 0


def test_a_port_in_use_is_one_sentence(server: RunningServer, arguments: list[str]) -> None:
    port = server.url.rpartition(":")[2]
    command = [*VIVAVOZ, "serve", "--port", port, *arguments]
    finished = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_named_model_that_cannot_be_had_ends_the_server(tmp_path: Path) -> None:
    command = [*VIVAVOZ, "serve", "--engine", "whisper", "--model", str(tmp_path), "--port", "0"]
    finished = subprocess.run(
        [*command, "--data-dir", str(tmp_path / "data")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    assert len(finished.stderr.splitlines()) == 1
    assert finished.stderr.startswith(f"Error: {tmp_path} holds no Whisper model")


def test_a_server_for_everybody_says_where_others_find_it(tmp_path: Path) -> None:
    options = ["--host", "0.0.0.0", "--allow-unauthenticated", "--engine", "pocketsphinx"]  # noqa: S104
    server = RunningServer.start([*options, "--data-dir", str(tmp_path)])
    assert server.process.stdout is not None
    said = server.process.stdout.readline()
    port = server.url.rpartition(":")[2]
    addresses = re.findall(r"http://([\d.]+):(\d+)", said)
    server.stop()
    if not addresses:
        pytest.skip("this machine has no other address")
    assert said.startswith("Other machines find it at http://")
    for address, told_port in addresses:
        assert told_port == port
        assert not address.startswith("127.")


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (["--port", "99999"], "--port must be at most 65535"),
        (["--language", "Spanish"], "--language must be a language code"),
        (["--engine", "siri"], "Invalid value for '--engine': 'siri' is not one of 'auto',"),
        (["--port", "abc"], "Invalid value for '--port': It must be a whole number."),
    ],
)
def test_a_wrong_setting_names_its_option(option: list[str], sentence: str) -> None:
    finished = subprocess.run(
        [*VIVAVOZ, "serve", *option], check=False, capture_output=True, text=True, timeout=60
    )
    assert finished.returncode == 2
    assert sentence in finished.stderr


def test_help_and_version_load_nothing_heavy() -> None:
    finished = subprocess.run(
        [*VIVAVOZ, "--help"], check=True, capture_output=True, text=True, timeout=60
    )
    for command in COMMANDS:
        assert command in finished.stdout
    modules = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "vivavoz", "--help"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stderr
    assert not re.search(r"\b(numpy|pydantic|av|ctranslate2|fastapi|sqlalchemy)\b", modules)
    version = subprocess.run([*VIVAVOZ, "--version"], check=True, capture_output=True, text=True)
    assert re.fullmatch(r"vivavoz \d+\.\d+\.\d+\n", version.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    finished = subprocess.run(
        [*VIVAVOZ, command, "--help"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"COLUMNS": "80"},
    )
    assert "Usage: vivavoz" in finished.stdout
    assert "<bool>" not in finished.stdout
    assert "…" not in finished.stdout.replace("float32, …", "")
