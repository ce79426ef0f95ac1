"""WhisperLive (pip package ``whisper-live``), by its WebSocket.

Its own start script sets one OpenMP thread unless told otherwise, as all servers are measured here.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from peers.driver import Reader, RefusedError, ServerUnderTest, paced
from vivavoz.benchmark.recording import Recording

_START = (
    "from whisper_live.server import TranscriptionServer; "
    "TranscriptionServer().run('127.0.0.1', port={port}, backend='faster_whisper', "
    "faster_whisper_custom_model_path={model!r}, single_model=True, max_clients=64, "
    "max_connection_time=3600)"
)
_LAST_WORDS_S = 10.0


class WhisperLive:
    """Its completed segments, by where they begin, and the one that still moves."""

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it: as its start script does, with room for all clients and
        one model for all of them."""
        start = _START.format(port=server.port, model=str(server.model))
        return [str(server.python), "-c", start]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        async with connect(f"ws://127.0.0.1:{server.port}", max_size=None) as socket:
            options = {
                "uid": str(uuid4()),
                "language": server.language,
                "task": "transcribe",
                "model": str(server.model),
                "use_vad": True,
            }
            await socket.send(json.dumps(options))
            await _until_ready(socket)
            view = _View()
            reading = asyncio.create_task(view.read(socket))
            async for chunk in paced(recording, view.reader):
                await socket.send(chunk.tobytes())
            with suppress(ConnectionClosed):
                await socket.send(b"END_OF_AUDIO")
            await asyncio.wait({reading}, timeout=_LAST_WORDS_S)
            reading.cancel()
        return view.reader


async def _until_ready(socket: ClientConnection) -> None:
    async for message in socket:
        news = json.loads(message)
        if news.get("status") in ("ERROR", "WAIT"):
            raise RefusedError(f"{news['status']}: {news['message']}")
        if news.get("message") == "SERVER_READY":
            return
    raise RefusedError("it closed the connection before it was ready")


class _View:
    def __init__(self) -> None:
        self.reader = Reader()
        self._completed: dict[float, str] = {}

    async def read(self, socket: ClientConnection) -> None:
        async for message in socket:
            if segments := json.loads(message).get("segments"):
                self._show(segments)

    def _show(self, segments: Sequence[dict[str, Any]]) -> None:
        for segment in segments:
            if segment["completed"]:
                self._completed[float(segment["start"])] = segment["text"]
        moving = [segment["text"] for segment in segments if not segment["completed"]]
        self.reader.sees(
            " ".join([*(text for _, text in sorted(self._completed.items())), *moving])
        )
