"""``vivavoz history``: what was said before, in the terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from vivavoz.cli.command_line import CommandLine
from vivavoz.cli.console import console
from vivavoz.cli.formats import FormatOption, OutputOption, chosen_format
from vivavoz.cli.settings_options import DataDirOption, settings_from
from vivavoz.history.catalog import MAX_PAGE
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.export import export
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.history.transcripts import ListedTranscript, Transcript, TranscriptPage

_SHORT_ID_LENGTH = 8

_HELP = """List, show and export finished transcripts.

**Examples**

- `vivavoz history list budget`

- `vivavoz history export 3f2a --output talk.srt`
"""

app = CommandLine(help=_HELP, no_args_is_help=True)

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The transcript's id, or enough of its beginning.")
]


@app.command("list")
def list_transcripts(
    query: Annotated[
        str, typer.Argument(metavar="WORDS", help="Only transcripts that hold these words.")
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_PAGE, help="How many transcripts to list.")
    ] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many newer ones to leave out.")] = 0,
    data_dir: DataDirOption = None,
) -> None:
    """List finished transcripts, the newest first, or search them.

    Words may be the beginning of words; case and accents do not matter. In a pipe each transcript
    is one line: id, start, seconds, words and title, with tabs between them.

    **Examples**

    - `vivavoz history list`

    - `vivavoz history list "presup marzo" --limit 5`
    """
    with _history(data_dir) as history:
        page = history.catalog.page(None, query=query, limit=limit, offset=offset)
    if sys.stdout.isatty():
        _print_table(page, with_snippets=bool(query))
    else:
        for item in page.items:
            _write(_as_line(item))


@app.command()
def show(transcript_id: IdArgument, data_dir: DataDirOption = None) -> None:
    """Print a transcript's text; in a terminal also what is known about it.

    **Examples**

    - `vivavoz history show 3f2a`

    - `vivavoz history show 3f2a | wc -w`
    """
    with _history(data_dir) as history:
        catalog = history.catalog
        transcript = catalog.get(catalog.find(transcript_id, None), None)
    if sys.stdout.isatty():
        _print_facts(transcript)
    _write(f"{transcript.text}\n")


@app.command("export")
def export_transcript(
    transcript_id: IdArgument,
    export_format: FormatOption = None,
    output: OutputOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write a transcript as text, a Word document, subtitles or JSON.

    **Examples**

    - `vivavoz history export 3f2a --format vtt > talk.vtt`

    - `vivavoz history export 3f2a --output talk.srt`

    - `vivavoz history export 3f2a --format docx --output exports/`
    """
    chosen = chosen_format(export_format, output)
    with _history(data_dir) as history:
        catalog = history.catalog
        transcript = catalog.get(catalog.find(transcript_id, None), None)
    exported = export(transcript, chosen)
    if output is None:
        typer.echo(exported.content, nl=False)
        return
    path = output / exported.file_name if output.is_dir() else output
    path.write_bytes(exported.content)
    typer.echo(f"Wrote {path}", err=True)


@app.command()
def rename(
    transcript_id: IdArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Its new title.")],
    data_dir: DataDirOption = None,
) -> None:
    """Give a transcript another title.

    **Example**

    - `vivavoz history rename 3f2a "Budget meeting"`
    """
    with _history(data_dir) as history:
        catalog = history.catalog
        change = TranscriptChange(title=title)
        renamed = catalog.change(catalog.find(transcript_id, None), None, change)
    typer.echo(f"Renamed to {renamed.title}", err=True)


@app.command()
def delete(
    transcript_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID", help="The transcripts' ids, or enough of them."),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Delete transcripts and their files for good.

    **Examples**

    - `vivavoz history delete 3f2a`

    - `vivavoz history delete 3f2a 91c0 --yes`
    """
    with _history(data_dir) as history:
        catalog = history.catalog
        transcripts = [catalog.get(catalog.find(id_, None), None) for id_ in transcript_ids]
        for transcript in transcripts:
            if yes or typer.confirm(f"Delete “{transcript.title}”?", err=True):
                history.trash.delete([transcript.id], None, for_good=True)
                typer.echo(f"Deleted {transcript.id}", err=True)


@contextmanager
def _history(data_dir: Path | None) -> Iterator[SqlTranscriptStore]:
    settings = settings_from(data_dir=data_dir)
    store = SqlTranscriptStore(settings.sqlalchemy_url, settings.transcripts_dir)
    try:
        yield store
    finally:
        store.close()


def _print_table(page: TranscriptPage, *, with_snippets: bool) -> None:
    out = console()
    if not page.items:
        out.print("No transcripts.")
        return
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    table.add_column("Id", no_wrap=True)
    table.add_column("Started", no_wrap=True)
    table.add_column("Length", justify="right", no_wrap=True)
    table.add_column("Title", overflow="ellipsis", no_wrap=True, ratio=2)
    if with_snippets:
        table.add_column("Found", overflow="ellipsis", no_wrap=True, ratio=3)
    for item in page.items:
        snippet = Text.assemble(*((part.text, "bold" * part.match) for part in item.snippet))
        table.add_row(
            str(item.id)[:_SHORT_ID_LENGTH],
            f"{item.started_at.astimezone():%Y-%m-%d %H:%M}",
            _as_clock(item.duration_s),
            Text(item.title),
            *[snippet] * with_snippets,
        )
    out.print(table)
    shown = page.offset + len(page.items)
    if shown < page.total:
        out.print(f"{shown} of {page.total}; --offset {shown} lists the next.")


def _print_facts(transcript: Transcript) -> None:
    out = console()
    engine = f"{transcript.engine} {transcript.model}" if transcript.engine else "unknown engine"
    out.print(Text(transcript.title, style="bold"))
    out.print(
        Text(
            f"{transcript.id}\n"
            f"{transcript.started_at.astimezone():%Y-%m-%d %H:%M:%S}, "
            f"{_as_clock(transcript.duration_s)}, {transcript.word_count} words, "
            f"{transcript.language or 'no language'}, {engine}\n",
            style="dim",
        )
    )


def _as_line(item: ListedTranscript) -> str:
    started = item.started_at.isoformat(timespec="seconds")
    return f"{item.id}\t{started}\t{item.duration_s:.1f}\t{item.word_count}\t{item.title}\n"


def _as_clock(seconds: float) -> str:
    minutes, whole_seconds = divmod(round(seconds), 60)
    return f"{minutes}:{whole_seconds:02}"


def _write(text: str) -> None:
    """To standard output in UTF-8, whatever the terminal's settings."""
    typer.echo(text.encode(), nl=False)
