"""WhisperLiveKit (pip package ``whisperlivekit``), by its WebSocket ``/asr``.

Options are those of its documentation for processors without CUDA.
"""

import asyncio
import json

from websockets.asyncio.client import connect

from peers.driver import Reader, ServerUnderTest, as_pcm16, paced
from streaming import Recording


class WhisperLiveKit:
    """Committed lines and the buffer behind them.

    Args:
        policy: ``localagreement`` or ``simulstreaming`` (AlignAtt).
    """

    def __init__(self, policy: str) -> None:
        self._policy = policy

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it."""
        program = str(server.python.with_name("whisperlivekit-server"))
        where = ["--host", "127.0.0.1", "--port", str(server.port), "--pcm-input"]
        model = ["--model_dir", str(server.model), "--backend", "faster-whisper"]
        how = ["--backend-policy", self._policy, "--language", server.language]
        return [program, *where, *model, *how, "--warmup-file", ""]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        reader = Reader()
        async with connect(f"ws://127.0.0.1:{server.port}/asr", max_size=None) as socket:

            async def read() -> None:
                async for message in socket:
                    news = json.loads(message)
                    if news.get("type") == "ready_to_stop":
                        return
                    if "lines" in news:
                        lines = [line.get("text") or "" for line in news["lines"]]
                        reader.sees(" ".join([*lines, news.get("buffer_transcription", "")]))

            reading = asyncio.create_task(read())
            async for chunk in paced(recording, reader):
                await socket.send(as_pcm16(chunk))
            await socket.send(b"")
            await asyncio.wait({reading}, timeout=60)
            reading.cancel()
        return reader
