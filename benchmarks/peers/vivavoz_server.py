"""Vivavoz itself, by its native WebSocket."""

import asyncio

from peers.driver import Reader, RefusedError, ServerUnderTest, as_pcm16, paced
from vivavoz.benchmark.recording import Recording
from vivavoz.client.stream import VivavozClient
from vivavoz.client.transcript import LiveTranscript
from vivavoz.errors import VivavozError


class Vivavoz:
    """Partials and finals, as the page shows them.

    Args:
        options: further options of ``vivavoz serve``.
    """

    def __init__(self, options: tuple[str, ...] = ()) -> None:
        self._options = options

    def command(self, server: ServerUnderTest) -> list[str]:
        """The command line that starts it."""
        serve = [str(server.python), "-m", "vivavoz", "serve", "--engine", "whisper"]
        where = ["--model", str(server.model), "--port", str(server.port)]
        return [*serve, *where, *self._options]

    async def dictate(self, server: ServerUnderTest, recording: Recording) -> Reader:
        """Play one recording to it."""
        reader, transcript = Reader(), LiveTranscript()
        client = VivavozClient(
            f"http://127.0.0.1:{server.port}",
            mime_type="audio/pcm;rate=16000;channels=1",
            language=server.language,
        )

        async def read() -> None:
            async for event in client.events():
                transcript.receive(event)
                reader.sees(f"{transcript.confirmed_text} {transcript.partial_text}")

        try:
            async with client, asyncio.TaskGroup() as tasks:
                tasks.create_task(read())
                async for chunk in paced(recording, reader):
                    await client.send(as_pcm16(chunk))
                await client.stop()
        except* VivavozError as group:
            raise RefusedError(str(group.exceptions[0])) from group
        return reader
