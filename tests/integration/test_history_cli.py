"""``vivavoz history`` as typed, on a real history."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document
from typer.testing import CliRunner, Result

from vivavoz.cli.root import app
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.session.entities import StreamingSession, TranscriptionResult
from vivavoz.session.records import DurableMark, SessionSummary, SessionTerms

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FIRST = UUID("aaaa0000-0000-4000-8000-000000000001")
SECOND = UUID("aaaa1111-0000-4000-8000-000000000002")
THIRD = UUID("bbbb0000-0000-4000-8000-000000000003")
SUMMARY = SessionSummary(
    engine="whisper",
    model="base",
    audio_s=65.0,
    wall_s=66.0,
    chunks=260,
    bytes=300_000,
    partials=9,
    finals=1,
    words=4,
    reconnects=0,
    latency_p50_ms=200.0,
    latency_p95_ms=300.0,
    recognition_s=5.0,
    audio_quality_score=0.9,
)


def spoken(session_id: UUID, text: str) -> TranscriptionResult:
    return TranscriptionResult(
        session_id=session_id,
        sequence_number=1,
        result_type="final",
        text_content=text,
        confidence=0.9,
        start_time=0.0,
        end_time=2.5,
        language="es",
        processing_time_ms=1.0,
    )


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a history of three transcripts."""
    folder = tmp_path / "data"
    monkeypatch.setenv("VIVAVOZ_DATA_DIR", str(folder))
    store = SqlTranscriptStore(f"sqlite:///{folder / 'vivavoz.db'}", folder / "transcripts")
    for hours, (id_, text) in enumerate(
        ((FIRST, "Un café solo"), (SECOND, "La reunión [bold]de marzo"), (THIRD, "Adiós a todos"))
    ):
        session = StreamingSession(session_id=id_, start_time=START + timedelta(hours=hours))
        store.open_session(session, SessionTerms("hash", "es"))
        store.append_final(spoken(id_, text), DurableMark(1, 1), SUMMARY)
        store.complete(session, "stopped", SUMMARY)
    store.close()
    return folder


@pytest.fixture
def store(data_dir: Path) -> Iterator[SqlTranscriptStore]:
    store = SqlTranscriptStore(f"sqlite:///{data_dir / 'vivavoz.db'}", data_dir / "transcripts")
    yield store
    store.close()


def history(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["history", *arguments], input=answer)


def in_a_terminal(*arguments: str, exit_code: int = 0, columns: int = 100) -> str:
    """What a terminal shows."""
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "vivavoz", "history", *arguments],
        stdout=end,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "xterm"},
    ) as process:
        os.close(end)
        shown = b""
        try:
            while piece := os.read(terminal, 65536):
                shown += piece
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(terminal)
    assert process.returncode == exit_code
    return shown.decode()


def test_a_pipe_gets_one_line_a_transcript(data_dir: Path) -> None:
    result = history("list", "--limit", "2")
    assert result.exit_code == 0
    assert result.stdout == (
        f"{THIRD}\t2026-01-02T05:04:05+00:00\t65.0\t3\tAdiós a todos\n"
        f"{SECOND}\t2026-01-02T04:04:05+00:00\t65.0\t4\tLa reunión [bold]de marzo\n"
    )
    assert history("list", "--offset", "2").stdout.startswith(str(FIRST))


def test_searching(data_dir: Path) -> None:
    assert history("list", "reunion mar").stdout.startswith(str(SECOND))
    assert history("list", "nada").stdout == ""


def test_a_terminal_gets_a_table(data_dir: Path) -> None:
    shown = in_a_terminal("list", "--limit", "2")
    local = (START + timedelta(hours=1)).astimezone()
    (line,) = [line for line in shown.splitlines() if line.strip().startswith("aaaa1111")]
    assert f"{local:%Y-%m-%d %H:%M}" in line
    assert "1:05" in line
    assert "La reunión [bold]de marzo" in line
    assert "2 of 3; --offset 2 lists the next." in shown
    assert "No transcripts." in in_a_terminal("list", "nada")


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("words", [[], ["cafe"]])
def test_a_long_title_leaves_the_rest_of_the_table_whole(
    words: list[str], columns: int, data_dir: Path, store: SqlTranscriptStore
) -> None:
    store.catalog.change(FIRST, None, TranscriptChange(title="Un café " * 12))
    shown = re.sub(r"\x1b\[\d*m", "", in_a_terminal("list", *words, columns=columns))
    (line,) = [line for line in shown.splitlines() if str(FIRST)[:8] in line]
    assert re.match(
        rf" *{str(FIRST)[:8]} +{START.astimezone():%Y-%m-%d %H:%M} +1:05 +Un c.*…", line
    )
    assert len(line) <= columns


def test_showing(data_dir: Path) -> None:
    assert history("show", "aaaa1").stdout == "La reunión [bold]de marzo\n"
    shown = in_a_terminal("show", str(FIRST).upper())
    assert str(FIRST) in shown
    assert "1:05, 3 words, es, whisper base" in shown


def test_showing_what_no_engine_is_known_of(store: SqlTranscriptStore) -> None:
    session = StreamingSession(session_id=UUID(int=0xC << 124))
    said = spoken(session.session_id, "Quién sabe")
    store.open_session(session, SessionTerms("hash", "es"))
    store.append_final(said, DurableMark(1, 1), SUMMARY)
    store.complete(session, "server_restarted", None)
    assert "2 words, es, unknown engine" in in_a_terminal("show", "c0")


def test_exporting_to_standard_output(data_dir: Path) -> None:
    assert history("export", "bbbb", "--format", "srt").stdout == (
        "1\n00:00:00,000 --> 00:00:02,500\nAdiós a todos\n"
    )
    assert history("export", "bbbb").stdout.startswith(f"Transcripcion ID: {THIRD}\n")


def test_exporting_to_files(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "adiós.VTT"
    result = history("export", "bbbb", "--output", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert file.read_text(encoding="utf-8").startswith("WEBVTT\n")
    assert history("export", "bbbb", "-f", "json", "-o", str(tmp_path)).exit_code == 0
    assert '"Adiós a todos"' in (tmp_path / "Adiós a todos.json").read_text(encoding="utf-8")


def test_exporting_a_document(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "adiós.docx"
    assert history("export", "bbbb", "--output", str(file)).exit_code == 0
    assert [p.text for p in Document(str(file)).paragraphs][-1] == "Adiós a todos"
    piped = CliRunner().invoke(app, ["history", "export", "bbbb", "-f", "docx"]).stdout_bytes
    assert Document(BytesIO(piped)).paragraphs[0].text == "Adiós a todos"


def test_a_document_is_not_shown_in_a_terminal(data_dir: Path) -> None:
    shown = in_a_terminal("export", "bbbb", "-f", "docx", exit_code=2)
    assert "PK" not in shown


def test_an_edited_text_is_shown(data_dir: Path, store: SqlTranscriptStore) -> None:
    store.catalog.change(THIRD, None, TranscriptChange(text="Adiós.\n\nHasta mañana."))
    assert history("show", "bbbb").stdout == "Adiós.\n\nHasta mañana.\n"
    assert history("list", "manana").stdout.startswith(str(THIRD))


def test_renaming(data_dir: Path, store: SqlTranscriptStore) -> None:
    assert history("rename", "bbbb", "Despedida").exit_code == 0
    assert store.catalog.get(THIRD, None).title == "Despedida"


def test_deleting(data_dir: Path, store: SqlTranscriptStore) -> None:
    assert history("delete", "bbbb", answer="n\n").exit_code == 0
    assert store.catalog.page(None).total == 3
    assert history("delete", "bbbb", "nosuch", "--yes").exit_code == 1
    assert store.catalog.page(None).total == 3
    assert history("delete", "bbbb", "aaaa0", "--yes").exit_code == 0
    assert [item.id for item in store.catalog.page(None).items] == [SECOND]
    assert len(list((data_dir / "transcripts").iterdir())) == 1
    assert store.trash.restore([FIRST, THIRD], None).done == ()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["show", "aaaa"], 1, "More than one transcript's id begins with aaaa"),
        (["show", "cccc"], 1, "No transcript's id begins with cccc"),
        (["show", "%"], 1, "digits 0-9 and a-f"),
        (["rename", "bbbb", " "], 1, "at least one visible character"),
        (["export", "bbbb", "-o", "x.pdf"], 2, "No format is called pdf"),
        (["export", "bbbb", "-o", "/nosuch/x.txt"], 1, "/nosuch/x.txt"),
        (["list", "--limit", "0"], 2, "--limit"),
    ],
)
def test_a_mistake_is_one_sentence(
    data_dir: Path, arguments: list[str], exit_code: int, sentence: str
) -> None:
    result = history(*arguments)
    assert result.exit_code == exit_code
    assert sentence in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_help_has_examples() -> None:
    for command in ("list", "show", "export", "rename", "delete"):
        assert f"vivavoz history {command}" in history(command, "--help").stdout
