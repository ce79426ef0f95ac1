"""``vivavoz bench`` as a process, with the fixture model."""

import subprocess
import sys
from pathlib import Path

import pytest

FIXTURE = Path(__file__).parents[1] / "fixtures" / "fixture-model"


def bench(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "vivavoz", "bench", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def table(text: str) -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_figures_come_as_markdown_with_a_column_for_each_profile() -> None:
    finished = bench(
        FIXTURE / "samples", "--only", "es-1", "--engine", "whisper",
        "--model", FIXTURE / "model", "--profile", "live", "--profile", "frugal",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("| | live | frugal |\n|---|---|---|\n")
    figures = table(finished.stdout)
    assert figures["recordings"] == ["1", "1"]
    assert figures["wer"] == figures["offline_wer"] == ["0", "0"]
    live_s, frugal_s = map(float, figures["latency_p50_s"])
    assert 0 < live_s < frugal_s
    live_cost, frugal_cost = map(float, figures["encoded_s_per_s"])
    assert live_cost > frugal_cost
    assert "live, es-1: 0 of 6 words wrong" in finished.stderr


def test_the_built_in_engine_is_measured_too() -> None:
    finished = bench(
        FIXTURE / "samples", "--only", "en-1", "--engine", "pocketsphinx", "--profile", "live"
    )
    assert finished.returncode == 0, finished.stderr
    figures = table(finished.stdout)
    assert float(figures["cpu_s_per_s"][0]) > 0
    assert float(figures["first_partial_p50_s"][0]) > 0


@pytest.mark.parametrize(
    ("json_text", "only", "sentence"),
    [
        ("{}", "one", "one.wav needs a WAV and a JSON"),
        ("{}", "two", "holds no recording two.wav"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    tmp_path: Path, json_text: str, only: str, sentence: str
) -> None:
    (tmp_path / "one.wav").write_bytes((FIXTURE / "samples" / "es-1.wav").read_bytes())
    (tmp_path / "one.json").write_text(json_text)
    finished = bench(tmp_path, "--only", only)
    assert finished.returncode == 1
    assert sentence in " ".join(finished.stderr.split())
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""
