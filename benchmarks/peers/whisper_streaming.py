"""whisper_streaming (from its repository; it is no package), by its TCP server.

It serves one client at a time and says only what it has confirmed.
"""

import asyncio

from peers.driver import Reader, ServerUnderTest, as_pcm16, paced
from streaming import Recording

_LAST_WORDS_S = 10.0


class WhisperStreaming:
    """Confirmed lines, one after the other."""

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it; its checkout is ``server.source``."""
        if server.source is None:
            raise SystemExit("whisper_streaming needs --source, the folder of its checkout")
        program = str(server.source / "whisper_online_server.py")
        where = ["--host", "127.0.0.1", "--port", str(server.port)]
        model = ["--backend", "faster-whisper", "--model_dir", str(server.model)]
        how = ["--lan", server.language, "--min-chunk-size", "1"]
        return [str(server.python), program, *where, *model, *how]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        reader, said = Reader(), []
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", server.port)

        async def read() -> None:
            while line := await incoming.readline():
                _, _, text = line.decode().strip("\0\n ").split(" ", 2)
                said.append(text)
                reader.sees(" ".join(said))

        reading = asyncio.create_task(read())
        async for chunk in paced(recording, reader):
            outgoing.write(as_pcm16(chunk))
            await outgoing.drain()
        await asyncio.wait({reading}, timeout=_LAST_WORDS_S)
        outgoing.close()
        reading.cancel()
        return reader
