"""One dictation from a microphone: finds or starts a server, records, shows, and ends on Ctrl-C."""

import asyncio
import signal
from contextlib import suppress

from vivavoz.cli.dictation_view import DictationView, open_view
from vivavoz.cli.microphone import MIME_TYPE, Microphone, recording
from vivavoz.cli.server_status import ServerStatus, fetch_status
from vivavoz.client import VivavozClient
from vivavoz.session.events import SessionCompleted
from vivavoz.settings import Settings

_POLL_S = 0.5


def dictate(
    settings: Settings,
    microphone: Microphone,
    *,
    url: str | None,
    api_key: str | None,
    own_server: bool,
) -> None:
    """Listen until Ctrl-C or until the server ends the session.

    Args:
        settings: language, and the engine of a server of our own.
        microphone: where the audio comes from.
        url: the server; none for the one on this machine, or else one of our own.
        api_key: for a server that asks for one.
        own_server: start a server even if one runs.

    Raises:
        MicrophoneNotFoundError: the microphone cannot be opened.
        VivavozError: no server can be had, or it gave the session up.
    """
    local_url = f"http://{settings.host}:{settings.port}"
    if url is None and (own_server or fetch_status(local_url, api_key) is None):
        from vivavoz.cli.server_process import embedded_server

        quiet = settings.model_copy(update={"log_level": "warning"})
        with embedded_server(quiet) as address:
            asyncio.run(_dictate(address, api_key, settings.language, microphone))
    else:
        asyncio.run(_dictate(url or local_url, api_key, settings.language, microphone))


async def _dictate(
    url: str, api_key: str | None, language: str | None, microphone: Microphone
) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
    with open_view(microphone.name) as view:
        await _wait_for_model(url, api_key, stopped, view)
        async with VivavozClient(
            url, mime_type=MIME_TYPE, language=language, api_key=api_key
        ) as client:
            view.connected(client)
            watcher = asyncio.create_task(_show_events(client, view, stopped))
            completed = await _record(client, microphone, stopped, view)
            await watcher
            view.finished(completed)


async def _show_events(client: VivavozClient, view: DictationView, stopped: asyncio.Event) -> None:
    async for event in client.events():
        view.show(event)
    stopped.set()


async def _wait_for_model(
    url: str, api_key: str | None, stopped: asyncio.Event, view: DictationView
) -> None:
    while await asyncio.to_thread(fetch_status, url, api_key) is ServerStatus.LOADING:
        view.waiting_for_model()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), _POLL_S)
            raise KeyboardInterrupt


async def _record(
    client: VivavozClient, microphone: Microphone, stopped: asyncio.Event, view: DictationView
) -> SessionCompleted:
    loop = asyncio.get_running_loop()
    blocks: asyncio.Queue[bytes | None] = asyncio.Queue()

    def hand_over(audio: bytes) -> None:
        loop.call_soon_threadsafe(blocks.put_nowait, audio)

    with recording(microphone, hand_over):
        end = asyncio.create_task(_then_end(stopped, blocks))
        while (audio := await blocks.get()) is not None:
            await client.send(audio)
    await end
    view.finishing()
    return await client.stop()


async def _then_end(stopped: asyncio.Event, blocks: "asyncio.Queue[bytes | None]") -> None:
    await stopped.wait()
    blocks.put_nowait(None)
