"""WhisperLive (pip package ``whisper-live``), by its WebSocket."""

import asyncio
import json
from contextlib import suppress
from uuid import uuid4

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from peers.driver import Reader, ServerUnderTest, paced
from streaming import Recording

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
        """The command line that starts it."""
        start = _START.format(port=server.port, model=str(server.model))
        return [str(server.python), "-c", start]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        reader = Reader()
        completed: dict[float, str] = {}
        is_ready = asyncio.Event()
        async with connect(f"ws://127.0.0.1:{server.port}", max_size=None) as socket:
            options = {
                "uid": str(uuid4()),
                "language": server.language,
                "task": "transcribe",
                "model": str(server.model),
                "use_vad": True,
            }
            await socket.send(json.dumps(options))

            async def read() -> None:
                async for message in socket:
                    news = json.loads(message)
                    if news.get("message") == "SERVER_READY":
                        is_ready.set()
                    if segments := news.get("segments"):
                        for segment in segments:
                            if segment["completed"]:
                                completed[float(segment["start"])] = segment["text"]
                        moving = [one["text"] for one in segments if not one["completed"]]
                        reader.sees(
                            " ".join([*(completed[at] for at in sorted(completed)), *moving])
                        )

            reading = asyncio.create_task(read())
            await is_ready.wait()
            async for chunk in paced(recording, reader):
                await socket.send(chunk.tobytes())
            with suppress(ConnectionClosed):
                await socket.send(b"END_OF_AUDIO")
            await asyncio.wait({reading}, timeout=_LAST_WORDS_S)
            reading.cancel()
        return reader
