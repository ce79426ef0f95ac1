"""WhisperLiveKit (pip package ``whisperlivekit``), by its WebSocket ``/asr``.

``--asr-coalesce-min-s 0.75`` is what its documentation advises for processors without CUDA.
"""

import asyncio
import json
from typing import Literal

from websockets.asyncio.client import ClientConnection, connect

from peers.driver import Reader, ServerUnderTest, as_pcm16, paced
from peers.pytorch_weights import HEADS_FILE
from vivavoz.benchmark.recording import Recording

_LAST_WORDS_S = 60.0


class WhisperLiveKit:
    """Committed lines and the buffer behind them.

    Args:
        policy: ``simulstreaming`` is AlignAtt: it encodes with faster-whisper and decodes with
            PyTorch, so it needs the model's weights in both forms.
    """

    def __init__(self, policy: Literal["localagreement", "simulstreaming"]) -> None:
        self._policy = policy

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it."""
        program = str(server.python.with_name("whisperlivekit-server"))
        where = ["--host", "127.0.0.1", "--port", str(server.port), "--pcm-input"]
        how = ["--backend", "faster-whisper", "--backend-policy", self._policy]
        what = ["--language", server.language, "--warmup-file", "", "--asr-coalesce-min-s", "0.75"]
        return [program, *where, *how, *what, *self._model(server)]

    def _model(self, server: ServerUnderTest) -> list[str]:
        if self._policy == "localagreement":
            return ["--model_dir", str(server.model)]
        if server.decoder is None:
            raise SystemExit("AlignAtt decodes with PyTorch: give --decoder (pytorch_weights.py)")
        encoder = ["--encoder-model-path", str(server.model)]
        decoder = ["--decoder-model-path", str(server.decoder)]
        heads = (server.decoder / HEADS_FILE).read_text(encoding="ascii")
        return [*encoder, *decoder, "--custom-alignment-heads", heads]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        reader = Reader()
        async with connect(f"ws://127.0.0.1:{server.port}/asr", max_size=None) as socket:
            reading = asyncio.create_task(_read(socket, reader))
            async for chunk in paced(recording, reader):
                await socket.send(as_pcm16(chunk))
            await socket.send(b"")
            await asyncio.wait({reading}, timeout=_LAST_WORDS_S)
            reading.cancel()
        return reader


async def _read(socket: ClientConnection, reader: Reader) -> None:
    async for message in socket:
        news = json.loads(message)
        if news.get("type") == "ready_to_stop":
            return
        if "lines" in news:
            lines = [line.get("text") or "" for line in news["lines"]]
            reader.sees(" ".join([*lines, news.get("buffer_transcription", "")]))
