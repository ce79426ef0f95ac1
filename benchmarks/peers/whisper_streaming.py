"""whisper_streaming (from its repository; it is no package), by its TCP server.

It serves one client at a time and says only what it has confirmed. Its source asks for CUDA and
names int8 on the processor in a comment, which is what it gets here.
"""

import asyncio

from peers.driver import Reader, ServerUnderTest, as_pcm16, paced
from vivavoz.benchmark.recording import Recording

_START = """
import runpy, sys, faster_whisper
original = faster_whisper.WhisperModel
def on_the_processor(model, **options):
    return original(model, **options | {"device": "cpu", "compute_type": "int8"})
faster_whisper.WhisperModel = on_the_processor
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
_LAST_WORDS_S = 20.0


class WhisperStreaming:
    """Confirmed lines, one after the other."""

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it; its checkout is ``server.source``."""
        if server.source is None:
            raise SystemExit("whisper_streaming needs --source, the folder of its checkout")
        program = str(server.source / "whisper_online_server.py")
        where = ["--host", "127.0.0.1", "--port", str(server.port)]
        model = ["--backend", "faster-whisper", "--model_dir", str(server.model)]
        how = ["--lan", server.language, "--min-chunk-size", "1", "--vad"]
        return [str(server.python), "-c", _START, program, *where, *model, *how]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        reader = Reader()
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", server.port)
        reading = asyncio.create_task(_read(incoming, reader))
        async for chunk in paced(recording, reader):
            outgoing.write(as_pcm16(chunk))
            await outgoing.drain()
        outgoing.write_eof()
        await asyncio.wait({reading}, timeout=_LAST_WORDS_S)
        reading.cancel()
        outgoing.close()
        return reader


async def _read(incoming: asyncio.StreamReader, reader: Reader) -> None:
    """A line is the begin and the end of a confirmed text in milliseconds, and the text."""
    confirmed = ""
    while line := await incoming.readline():
        fields = line.decode().strip("\0\n ").split(" ", 2)
        if len(fields) == 3:
            confirmed += f" {fields[2]}"
            reader.sees(confirmed)
