"""``vivavoz listen``: the microphone into text, live in the terminal."""

from pathlib import Path
from typing import Annotated

import typer

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.settings_options import EngineOption, LanguageOption, ModelOption, settings_from

app = CommandLine()


@app.command()
def listen(
    microphone: Annotated[
        str | None,
        typer.Option(
            "--device",
            "-d",
            metavar="NAME|NUMBER",
            help="Which microphone; a part of its name is enough.",
            show_default="the first one",
        ),
    ] = None,
    list_devices: Annotated[
        bool, typer.Option("--list-devices", help="List the microphones and exit.")
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="The server to use.",
            show_default="the one on this machine, else one inside this command",
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            "--api-key",
            metavar="KEY",
            envvar="VIVAVOZ_API_KEY",
            help="For a server that asks for one; safer in the variable, where others on this "
            "machine do not see it.",
        ),
    ] = None,
    audio_file: Annotated[
        Path | None,
        typer.Option(
            "--keep-audio",
            metavar="FILE",
            help="Where to keep, as WAV, what could not be transcribed because the server stayed "
            "away.",
            show_default="asks, on a terminal",
        ),
    ] = None,
    language: LanguageOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
) -> None:
    """Turn what the microphone hears into text, live.

    Grey text may still change; in a pipe only final text is printed. Ctrl-C ends the dictation:
    what was said last is still transcribed, and the transcript is kept in the history.

    If the server goes away, recording goes on, and what was said is transcribed once it is back;
    if it stays away, the audio can be kept as a file.

    Without `--url` it speaks to the server that runs on this machine. If none runs, or an engine
    or model is named, it starts one of its own for as long as it listens.

    **Examples**

    - `vivavoz listen`

    - `vivavoz listen --language es --device webcam`

    - `vivavoz listen --keep-audio rest.wav > notes.txt`
    """
    if audio_file is not None and not audio_file.absolute().parent.is_dir():
        raise typer.BadParameter(f"There is no folder {audio_file.parent} for --keep-audio.")
    from vivavoz.cli.microphone import find_microphone, list_microphones

    if list_devices:
        for found in list_microphones():
            typer.echo(f"{found.number}  {found.name}")
        return
    if url is not None and (engine is not None or model is not None):
        raise typer.BadParameter("--url uses that server's engine: leave out --engine and --model.")
    from vivavoz.cli.dictation import dictate

    settings = settings_from(engine=engine, model=model, language=language)
    own_server = url is None and (engine is not None or model is not None)
    dictate(
        settings,
        find_microphone(microphone),
        url=url,
        api_key=api_key,
        own_server=own_server,
        audio_file=audio_file,
    )
