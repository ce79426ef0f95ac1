"""Which format a command writes, and what a terminal cannot show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from vivavoz.cli.formats import chosen_format
from vivavoz.history.export import ExportFormat


def test_what_is_asked_for_comes_first() -> None:
    assert chosen_format(ExportFormat.JSON, Path("talk.srt")) is ExportFormat.JSON


@pytest.mark.parametrize("export_format", ExportFormat)
def test_the_name_of_the_output_says_the_rest(export_format: ExportFormat) -> None:
    assert chosen_format(None, Path(f"talk.{export_format.upper()}")) is export_format


def test_without_a_name_it_is_text(tmp_path: Path) -> None:
    folder = tmp_path / "notes.2026"
    folder.mkdir()
    for output in (None, Path("notes"), folder):
        assert chosen_format(None, output) is ExportFormat.TXT


def test_a_name_that_is_no_format_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="No format is called pdf: add --format txt, srt"):
        chosen_format(None, Path("talk.pdf"))


@pytest.mark.parametrize("command", [["transcribe", "talk.wav"], ["history", "export", "3f2a"]])
def test_no_document_is_poured_into_a_terminal(command: list[str]) -> None:
    pty = pytest.importorskip("pty", reason="no terminals of this kind on Windows")
    ours, terminal = pty.openpty()
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "vivavoz", *command, "--format", "docx"],
            check=False,
            stdout=terminal,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            env=os.environ | {"COLUMNS": "200"},
        )
    finally:
        os.close(ours)
        os.close(terminal)
    assert finished.returncode == 2
    assert "A terminal cannot show a Word document: name a file for it with -o FILE." in (
        finished.stderr
    )
