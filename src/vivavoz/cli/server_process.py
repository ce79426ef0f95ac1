"""The server in this process: runs it until it is stopped, and says in the terminal what it is."""

import asyncio
import socket
import webbrowser

import psutil
import typer
import uvicorn

from vivavoz.app import create_app, server_config
from vivavoz.settings import Settings

_BYTES_PER_GB = 1024**3


class _AnnouncingServer(uvicorn.Server):
    """Says where the page is once it can be opened."""

    def __init__(self, config: uvicorn.Config, address: str, *, open_page: bool) -> None:
        super().__init__(config)
        self._address = address
        self._open_page = open_page

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        typer.secho(f"Vivavoz listens at {self._address}", bold=True)
        if self._open_page:
            await asyncio.to_thread(webbrowser.open, self._address)


def run_server(settings: Settings, listener: socket.socket, *, open_page: bool) -> None:
    """Serve on an open socket until SIGINT or SIGTERM."""
    _warn_of_little_memory(settings)
    typer.echo(f"Transcripts and settings lie in {settings.data_dir}")
    config = server_config(settings, create_app(settings))
    _AnnouncingServer(config, _page_address(listener), open_page=open_page).run([listener])


def _page_address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _warn_of_little_memory(settings: Settings) -> None:
    memory_gb = psutil.virtual_memory().total / _BYTES_PER_GB
    if memory_gb < settings.min_memory_gb:
        typer.secho(
            f"This machine has {memory_gb:.1f} GB of memory, less than the "
            f"{settings.min_memory_gb:g} GB recommended; large models may not fit.",
            fg=typer.colors.YELLOW,
            err=True,
        )
