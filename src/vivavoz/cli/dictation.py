"""One dictation from a microphone: finds or starts a server, records, shows, and ends on Ctrl-C."""

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import typer

from vivavoz.cli.dictation_view import DictationView, open_view
from vivavoz.cli.failure import complain
from vivavoz.cli.kept_audio import keep_audio
from vivavoz.cli.microphone import MIME_TYPE, Microphone, recording
from vivavoz.cli.server_status import ServerStatus, fetch_status
from vivavoz.client import RecordedStream, VivavozClient
from vivavoz.errors import VivavozError
from vivavoz.session.events import SessionCompleted
from vivavoz.settings import Settings

_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a dictation ended; ``unsaved``: what could not be transcribed."""

    unsaved: RecordedStream | None = None
    error: VivavozError | None = None


class _Interrupts:
    """Ctrl-C ends the recording; once more, and the wait for its text is over too."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()
        self.given_up = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupted)

    def _interrupted(self) -> None:
        (self.given_up if self.stopped.is_set() else self.stopped).set()


def dictate(
    settings: Settings,
    microphone: Microphone,
    *,
    url: str | None,
    api_key: str | None,
    own_server: bool,
    audio_file: Path | None,
) -> None:
    """Listen until Ctrl-C or until the server ends the session.

    Args:
        settings: language, and the engine of a server of our own.
        microphone: where the audio comes from.
        url: the server; none for the one on this machine, or else one of our own.
        api_key: for a server that asks for one.
        own_server: start a server even if one runs.
        audio_file: where to keep what could not be transcribed; none asks for it on a terminal.

    Raises:
        MicrophoneNotFoundError: the microphone cannot be opened.
        VivavozError: no server can be had, or it gave the session up.
    """
    local_url = f"http://{settings.host}:{settings.port}"
    if url is None and (own_server or fetch_status(local_url, api_key) is None):
        from vivavoz.cli.server_process import embedded_server

        quiet = settings.model_copy(update={"log_level": "warning"})
        with embedded_server(quiet) as address:
            outcome = asyncio.run(_dictate(address, api_key, settings.language, microphone))
    else:
        outcome = asyncio.run(_dictate(url or local_url, api_key, settings.language, microphone))
    if outcome.error is not None:
        complain(outcome.error)
    if outcome.unsaved is not None:
        keep_audio(outcome.unsaved, audio_file)
    if outcome.error is not None or outcome.unsaved is not None:
        raise typer.Exit(1)


async def _dictate(
    url: str, api_key: str | None, language: str | None, microphone: Microphone
) -> _Outcome:
    interrupts = _Interrupts()
    with open_view(microphone.name) as view:
        await _wait_for_model(url, api_key, interrupts.stopped, view)
        async with VivavozClient(
            url,
            mime_type=MIME_TYPE,
            language=language,
            api_key=api_key,
            on_link=view.link_changed,
        ) as client:
            view.connected(client)
            watcher = asyncio.create_task(_show_events(client, view, interrupts.stopped))
            try:
                completed = await _record(client, microphone, interrupts, view)
            except VivavozError as error:
                return _Outcome(_unsaved(client), error)
            if completed is None:
                return _Outcome(_unsaved(client))
            await watcher
            view.finished(completed)
            return _Outcome()


def _unsaved(client: VivavozClient) -> RecordedStream | None:
    return next(iter(client.unsaved_streams()), None)


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
    client: VivavozClient, microphone: Microphone, interrupts: _Interrupts, view: DictationView
) -> SessionCompleted | None:
    """Record and have it transcribed; none if the person did not wait for the end of that."""
    loop = asyncio.get_running_loop()
    blocks: asyncio.Queue[bytes | None] = asyncio.Queue()

    def hand_over(audio: bytes) -> None:
        loop.call_soon_threadsafe(blocks.put_nowait, audio)

    with recording(microphone, hand_over):
        end = asyncio.create_task(_then_end(interrupts.stopped, blocks))
        while (audio := await blocks.get()) is not None:
            await client.send(audio)
    await end
    view.finishing()
    completed = asyncio.create_task(client.stop())
    given_up = asyncio.create_task(interrupts.given_up.wait())
    await asyncio.wait([completed, given_up], return_when=asyncio.FIRST_COMPLETED)
    given_up.cancel()
    if completed.done():
        return completed.result()
    completed.cancel()
    return None


async def _then_end(stopped: asyncio.Event, blocks: "asyncio.Queue[bytes | None]") -> None:
    await stopped.wait()
    blocks.put_nowait(None)
