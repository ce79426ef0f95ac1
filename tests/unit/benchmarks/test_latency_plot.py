"""The drawing of latencies."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from latency_plot import Curve, curves_of, svg

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "latency_plot.py"


def result(server: str, sessions: int, *latencies_s: float) -> str:
    return json.dumps({"server": server, "sessions": sessions, "latencies_s": latencies_s})


def test_a_curve_rises_to_all_words() -> None:
    points = list(Curve("one", (3.0, 1.0, 2.0, -0.5)).points())
    assert points == sorted(points)
    assert points[-1] == (3.0, 1.0)
    assert (1.0, 0.5) in points
    assert points[0][0] == 0.0  # a word said before its end was heard


def test_results_of_one_server_belong_together() -> None:
    lines = [result("a", 1, 0.5), result("b", 1), result("a", 4, 9.0), result("a", 1, 0.25)]
    assert curves_of(lines, 1) == [Curve("a", (0.5, 0.25))]
    assert curves_of(lines, 4) == [Curve("a", (9.0,))]


def test_the_picture_is_drawn_and_names_every_server(tmp_path: Path) -> None:
    results, out = tmp_path / "results.jsonl", tmp_path / "images" / "latency.svg"
    results.write_text(f"{result('ours', 1, 0.2, 0.4)}\n{result('<theirs>', 1, 1.0, 9.0)}\n")
    subprocess.run([sys.executable, SCRIPT, results, "--out", out], check=True)
    drawn = ET.parse(out).getroot()  # noqa: S314
    space = "{http://www.w3.org/2000/svg}"
    names = [element.text for element in drawn.iter(f"{space}text")]
    assert {"ours", "<theirs>"} <= set(names)
    assert len(list(drawn.iter(f"{space}polyline"))) == 2


def test_what_takes_too_long_leaves_the_picture() -> None:
    drawn = ET.fromstring(svg([Curve("slow", (1.0, 100.0))], 6, "Latency"))  # noqa: S314
    line = next(drawn.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(line.attrib["points"].split()) == 50


def test_no_result_is_said(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text(f"{result('ours', 4, 0.2)}\n")
    finished = subprocess.run(
        [sys.executable, SCRIPT, results, "--out", tmp_path / "no.svg"],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 2
    assert "no result with 1 sessions" in finished.stderr
