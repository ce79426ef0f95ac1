"""Playing recordings at the pace at which they were spoken, and what drivers ask of a server."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from peers.driver import TAIL_S, Driver, Reader, RefusedError, ServerUnderTest, as_pcm16, paced
from peers.pytorch_weights import HEADS_FILE
from peers.whisper_streaming import WhisperStreaming
from peers.whisperlive import WhisperLive
from peers.whisperlivekit import WhisperLiveKit
from vivavoz.benchmark.recording import Recording
from vivavoz.benchmark.score import SpokenWord

RECORDING = Recording(
    "short", np.full(4_800, 0.5, np.float32), "es", (SpokenWord("hola", 0.25),), starts_s=0.0
)


def server(port: int, **more: Path) -> ServerUnderTest:
    return ServerUnderTest(Path("env/bin/python"), Path("model"), "es", port, **more)


async def test_audio_is_handed_out_when_it_has_been_spoken() -> None:
    reader = Reader()
    handed_out = []
    async for chunk in paced(RECORDING, reader):
        handed_out.append((time.monotonic() - reader.started_s, len(chunk)))
        if len(handed_out) == 4:
            break
    spoken_s = np.cumsum([samples for _, samples in handed_out]) / 16_000
    for (at_s, _), end_s in zip(handed_out, spoken_s, strict=True):
        assert end_s <= at_s < end_s + 0.5


def test_a_view_is_noted_when_the_words_change() -> None:
    reader = Reader()
    for text in ("", "Hola", "hola,", "Hola mundo", ""):
        reader.sees(text)
    assert [view.words for view in reader.views] == [("hola",), ("hola", "mundo"), ()]


def test_pcm16_is_clipped_and_little_endian() -> None:
    assert as_pcm16(np.array([0, 1, -2], np.float32)) == b"\0\0\xff\x7f\x01\x80"


def test_alignatt_is_given_both_forms_of_the_model(tmp_path: Path) -> None:
    (tmp_path / HEADS_FILE).write_text("ABzY8heads")
    command = WhisperLiveKit("simulstreaming").command(server(9, decoder=tmp_path))
    options = dict(pairwise(command))
    assert options["--encoder-model-path"] == "model"
    assert options["--decoder-model-path"] == str(tmp_path)
    assert options["--custom-alignment-heads"] == "ABzY8heads"


@pytest.mark.parametrize(
    ("driver", "option"),
    [(WhisperLiveKit("simulstreaming"), "--decoder"), (WhisperStreaming(), "--source")],
)
def test_what_a_server_cannot_do_without_is_asked_for(driver: Driver, option: str) -> None:
    with pytest.raises(SystemExit, match=option):
        driver.command(server(9))


async def test_whisperlive_is_read_by_segments_and_its_refusal_is_told() -> None:
    received = bytearray()

    async def peer(socket: ServerConnection) -> None:
        assert '"language": "es"' in str(await socket.recv())
        await socket.send('{"message": "SERVER_READY"}')
        await socket.send('{"segments": [{"start": "0.0", "text": "hola", "completed": true}]}')
        await socket.send(
            '{"segments": [{"start": "0.0", "text": "hola", "completed": true},'
            ' {"start": "1.0", "text": "mun", "completed": false}]}'
        )
        await socket.send('{"segments": [{"start": "1.0", "text": "mundo", "completed": true}]}')
        async for message in socket:
            assert isinstance(message, bytes)
            if message == b"END_OF_AUDIO":
                return
            received.extend(message)

    async with serve(peer, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        reader = await WhisperLive().dictate(server(port), RECORDING)
    texts = [" ".join(view.words) for view in reader.views]
    assert texts == ["hola", "hola mun", "hola mundo"]
    samples = np.frombuffer(bytes(received), np.float32)
    assert len(samples) == 4_800 + TAIL_S * 16_000
    assert (samples[:4_800] == 0.5).all()

    async def full(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"status": "WAIT", "message": 3.5}')

    async with serve(full, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        with pytest.raises(RefusedError, match=r"WAIT: 3\.5"):
            await WhisperLive().dictate(server(port), RECORDING)


async def test_whisperlivekit_is_read_by_lines_and_buffer() -> None:
    async def peer(socket: ServerConnection) -> None:
        await socket.send('{"type": "config"}')
        await socket.send('{"lines": [{"text": "uno"}], "buffer_transcription": "dos"}')
        async for message in socket:
            if message == b"":
                await socket.send('{"lines": [{"text": "uno"}, {"text": "dos tres"}]}')
                await socket.send('{"type": "ready_to_stop"}')

    async with serve(peer, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        reader = await WhisperLiveKit("localagreement").dictate(server(port), RECORDING)
    assert [view.words for view in reader.views] == [("uno", "dos"), ("uno", "dos", "tres")]


async def test_whisper_streaming_is_read_by_confirmed_lines() -> None:
    async def peer(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        outgoing.write(b"0 1720  uno dos\n")
        await incoming.read()
        outgoing.write(b"1720 2000  tres\n")
        outgoing.close()

    async with await asyncio.start_server(peer, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        reader = await WhisperStreaming().dictate(server(port), RECORDING)
    assert [view.words for view in reader.views] == [("uno", "dos"), ("uno", "dos", "tres")]
