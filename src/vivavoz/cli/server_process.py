"""The server in this process: for good, or for as long as a command needs one."""

import asyncio
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

import psutil
import typer
import uvicorn

from vivavoz.app import create_app, server_config
from vivavoz.cli.console import console
from vivavoz.cli.engine import announce_engine, load_watched
from vivavoz.engines.registry import LoadedEngine, LoadProgress, check_models
from vivavoz.errors import ServerUnreachableError, VivavozError
from vivavoz.runtime.memory import keep_for_good
from vivavoz.settings import Settings

_BYTES_PER_GB = 1024**3
_POLL_S = 0.2
_LOOPBACK = "127.0.0.1"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def run_server(settings: Settings, listener: socket.socket, *, open_page: bool) -> None:
    """Serve on an open socket until SIGINT or SIGTERM.

    Raises:
        VivavozError: the engine that was asked for by name cannot be had, or the history cannot be
            opened.
    """
    check_models(settings)
    # Uvicorn raises the signal that ended it again. Whoever supervises a server that ended in
    # order is to see a success, after SIGTERM as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _warn_of_little_memory(settings)
    address = _page_address(listener)

    def announce() -> None:
        typer.secho(f"Vivavoz listens at {address}", bold=True)
        if elsewhere := _addresses_elsewhere(listener):
            typer.echo(f"Other machines find it at {' and '.join(elsewhere)}")
            typer.echo("Their browsers need HTTPS for the microphone: see docs/operations.md")
        typer.echo(f"Transcripts are kept in {settings.data_dir}")
        if open_page:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    server = _Server(settings, on_started=announce)
    with suppress(KeyboardInterrupt):
        server.run([listener])
    if server.load_error is not None:
        raise server.load_error


@contextmanager
def embedded_server(settings: Settings) -> Iterator[str]:
    """A server on a free port of this machine, on a thread, its engine loaded; its address.

    Raises:
        ServerUnreachableError: it did not start.
        VivavozError: the engine cannot be had, or the history cannot be opened.
    """
    with socket.create_server((_LOOPBACK, 0)) as listener:
        server = _Server(settings.model_copy(update={"host": _LOOPBACK}))
        thread = threading.Thread(target=server.run, args=([listener],), name="vivavoz-server")
        thread.start()
        try:
            while thread.is_alive() and not server.load_ended.wait(_POLL_S):
                pass
            if server.load_error is not None:
                raise server.load_error
            if not thread.is_alive():
                raise ServerUnreachableError("The server inside this command did not start.")
            yield _page_address(listener)
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """Uvicorn with the application of ``settings``; it ends if the engine cannot be had."""

    def __init__(self, settings: Settings, on_started: Callable[[], object] = lambda: None) -> None:
        self._app = create_app(settings, self._load)
        super().__init__(server_config(settings, self._app))
        self._on_started = on_started
        self.load_error: VivavozError | None = None
        self.load_ended = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            await asyncio.to_thread(self._on_started)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._app.drain()
        await super().shutdown(sockets)

    def _load(
        self, settings: Settings, on_progress: Callable[[LoadProgress], None]
    ) -> LoadedEngine:
        try:
            loaded = load_watched(settings, on_progress)
        except VivavozError as error:
            self.load_error = error
            self.should_exit = True
            raise
        finally:
            self.load_ended.set()
        announce_engine(loaded)
        keep_for_good()
        return loaded


def _page_address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return _url("localhost" if host in _EVERYWHERE else host, port)


def _addresses_elsewhere(listener: socket.socket) -> list[str]:
    """Where other machines find a server that listens on all of this one's addresses."""
    host, port = listener.getsockname()[:2]
    if host not in _EVERYWHERE:
        return []
    found = [
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == listener.family
    ]
    usable = [name for name in found if not ("%" in name or ip_address(name).is_loopback)]
    return [_url(name, port) for name in usable]


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _warn_of_little_memory(settings: Settings) -> None:
    memory_gb = psutil.virtual_memory().total / _BYTES_PER_GB
    if memory_gb < settings.min_memory_gb:
        console(stderr=True).print(
            f"This machine has {memory_gb:.1f} GB of memory, less than the "
            f"{settings.min_memory_gb:g} GB recommended; large models may not fit.",
            style="yellow",
        )
