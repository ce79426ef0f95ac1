"""``vivavoz serve``: the server as a process."""

import errno
import socket
from typing import Annotated

import typer

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.settings_options import (
    ComputeTypeOption,
    DataDirOption,
    DeviceOption,
    EngineOption,
    LanguageOption,
    ModelOption,
    PartialModelOption,
    ProfileOption,
    settings_from,
)
from vivavoz.errors import AddressNotAvailableError
from vivavoz.runtime.exposure import require_protection
from vivavoz.settings import LogFormat, Settings

app = CommandLine()


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Address to listen on.", show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", help="Port to listen on; 0 takes any free one.", show_default="8000"
        ),
    ] = None,
    auth: Annotated[
        bool | None,
        typer.Option("--auth/--no-auth", help="Ask every client for an API key; see `keys`."),
    ] = None,
    allow_unauthenticated: Annotated[
        bool | None,
        typer.Option(
            "--allow-unauthenticated",
            help="Serve beyond this machine although nobody is asked for a key.",
        ),
    ] = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    partial_model: PartialModelOption = None,
    device: DeviceOption = None,
    compute_type: ComputeTypeOption = None,
    language: LanguageOption = None,
    profile: ProfileOption = None,
    data_dir: DataDirOption = None,
    log_format: Annotated[
        LogFormat | None,
        typer.Option(
            metavar="NAME", help="How log lines look: console or json.", show_default="console"
        ),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser.")
    ] = False,
) -> None:
    """Start the server and its page.

    Every option is also a `VIVAVOZ_*` variable; docs/settings.md lists them all.

    **Examples**

    - `vivavoz serve --open`

    - `vivavoz serve --engine whisper --model small --language es`

    - `vivavoz serve --engine pocketsphinx --port 0`

    - `vivavoz serve --host 0.0.0.0 --auth`  (after `vivavoz keys add NAME`)
    """
    settings = settings_from(
        host=host,
        port=port,
        auth=auth,
        allow_unauthenticated=allow_unauthenticated,
        engine=engine,
        model=model,
        partial_model=partial_model,
        device=device,
        compute_type=compute_type,
        language=language,
        profile=profile,
        data_dir=data_dir,
        log_format=log_format,
    )
    require_protection(settings)
    with _listening_socket(settings) as listener:
        from vivavoz.cli.server_process import run_server

        run_server(settings, listener, open_page=open_page)


def _listening_socket(settings: Settings) -> socket.socket:
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise AddressNotAvailableError(_why_not(host, port, error), host=host, port=port) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use: is Vivavoz running already? "
            "Choose another with --port, or --port 0 for any free one."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This user may not listen on port {port}. Choose one above 1023 with --port."
    return f"{host} is not an address of this machine. Choose another with --host."
