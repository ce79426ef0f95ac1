"""Where the text of each file goes."""

from pathlib import Path

from vivavoz.cli.destinations import destinations
from vivavoz.history.export import ExportFormat


def test_standard_output_unless_said_otherwise() -> None:
    assert destinations(["a.mp3", "b.mp3"], ExportFormat.TXT, None) == [None, None]


def test_one_file_goes_to_the_file_named(tmp_path: Path) -> None:
    assert destinations(["a.mp3"], ExportFormat.SRT, tmp_path / "x.srt") == [tmp_path / "x.srt"]


def test_one_file_goes_into_a_folder_that_exists(tmp_path: Path) -> None:
    assert destinations(["d/a.mp3"], ExportFormat.SRT, tmp_path) == [tmp_path / "a.srt"]


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    names = ["one/talk.mp3", "two/talk.wav", "-", "other.ogg"]
    assert destinations(names, ExportFormat.VTT, tmp_path / "new") == [
        tmp_path / "new" / "talk.vtt",
        tmp_path / "new" / "talk-2.vtt",
        tmp_path / "new" / "stdin.vtt",
        tmp_path / "new" / "other.vtt",
    ]
