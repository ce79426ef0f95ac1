"""The transcript file: its name, its content, its folder."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from vivavoz.history.file_format import transcript_file_names, transcript_file_text
from vivavoz.history.files import TranscriptFiles

ID = UUID("12345678-1234-5678-1234-567812345678")
START = datetime(2026, 1, 2, 23, 4, 5, 678_000, tzinfo=UTC)


@pytest.fixture(params=["UTC0", "CET-1", "PST8"])
def local_time(request: pytest.FixtureRequest) -> Iterator[str]:
    """The server's zone is another one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield {
            "UTC0": "2026-01-02 23:04:05",
            "CET-1": "2026-01-03 00:04:05",
            "PST8": "2026-01-02 15:04:05",
        }[request.param]
    time.tzset()


def nothing_taken(_name: str) -> bool:
    return False


def test_the_content_is_the_documented_one(local_time: str) -> None:
    assert transcript_file_text(ID, START, "¿Qué tal?") == (
        f"Transcripcion ID: 12345678-1234-5678-1234-567812345678\n"
        f"Timestamp: {local_time}\n"
        "\n"
        "¿Qué tal?\n"
    )


def test_the_names_are_the_documented_ones(local_time: str) -> None:
    stem = "transcripcion_" + local_time.replace("-", "").replace(":", "").replace(" ", "_")
    names = list(islice(transcript_file_names(START), 3))
    assert names == [f"{stem}.txt", f"{stem}_2.txt", f"{stem}_3.txt"]


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "transcripts"
    files = TranscriptFiles(folder)
    name = files.free_name(ID, START, nothing_taken)
    files.write(name, ID, START, "hola")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert (folder / name).read_bytes() == transcript_file_text(ID, START, "hola").encode("utf-8")


def test_a_file_is_replaced_at_once_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = TranscriptFiles(tmp_path)
    name = files.free_name(ID, START, nothing_taken)
    files.write(name, ID, START, "vieja")

    def refuse(_descriptor: int) -> None:
        assert (tmp_path / name).read_text().endswith("vieja\n")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        files.write(name, ID, START, "nueva")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text().endswith("vieja\n")


@pytest.mark.parametrize("then", ["write", "delete"])
def test_what_a_killed_process_left_half_written_goes_with_the_next_attempt(
    tmp_path: Path, then: str
) -> None:
    files = TranscriptFiles(tmp_path)
    name = files.free_name(ID, START, nothing_taken)
    writer = (
        "import os, signal, sys; from pathlib import Path; from uuid import UUID;"
        "from datetime import datetime; from vivavoz.history.files import TranscriptFiles;"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        "files = TranscriptFiles(Path(sys.argv[1]));"
        "files.write(sys.argv[2], UUID(int=1), datetime.now(), 'confidencial')"
    )
    killed = subprocess.run([sys.executable, "-c", writer, str(tmp_path), name], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [file.suffix for file in tmp_path.iterdir()] == [".part"]
    if then == "write":
        files.write(name, ID, START, "hola")
    else:
        files.delete(name)
    assert [file.name for file in tmp_path.iterdir()] == ([name] if then == "write" else [])


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    files = TranscriptFiles(tmp_path / "transcripts")
    outside = tmp_path / "mine.txt"
    outside.write_text("mine")
    for name in (
        "../mine.txt",
        str(outside),
        "transcripcion_20260102_230405.txt/../../mine.txt",
        "transcripcion_20260102_230405.txt\n",
        "transcripcion_٢٠٢٦٠١٠٢_230405.txt",
        "",
    ):
        with pytest.raises(ValueError, match="not the name"):
            files.delete(name)
        with pytest.raises(ValueError, match="not the name"):
            files.write(name, ID, START, "hola")
    assert outside.read_text() == "mine"
