"""``vivavoz listen``: the microphone into text, live in the terminal."""

from typing import Annotated

import typer

from vivavoz.cli.settings_options import EngineOption, LanguageOption, ModelOption, settings_from

app = typer.Typer(rich_markup_mode="markdown", add_completion=False)


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
            help="The server to use.",
            show_default="the one on this machine, else one inside this command",
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            "--api-key",
            envvar="VIVAVOZ_API_KEY",
            help="For a server that asks for one; safer in the variable, where others on this "
            "machine do not see it.",
        ),
    ] = None,
    language: LanguageOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
) -> None:
    """Turn what the microphone hears into text, live.

    Grey text may still change. Ctrl-C ends the dictation: what was said last is still transcribed,
    and the transcript is kept in the history. In a pipe only final text is printed.

    Without `--url` it speaks to the server that runs on this machine. If none runs, or an engine
    or model is named, it starts one of its own for as long as it listens.

    **Examples**

    - `vivavoz listen`

    - `vivavoz listen --language es --device webcam`

    - `vivavoz listen > notes.txt`
    """
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
    dictate(settings, find_microphone(microphone), url=url, api_key=api_key, own_server=own_server)
