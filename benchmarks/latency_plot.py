"""Draw how long words take to appear and stay, from the results of ``load.py``.

    python benchmarks/latency_plot.py RESULTS.jsonl --out docs/images/latency.svg

Each line is one server: the share of words (upwards) that were there within so many seconds of
their end (to the right). The drawing is written here, as SVG, because a plotting library would be a
large dependency for one picture.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 800, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 240, 34, 48
COLOURS = ("#0b6e4f", "#5aa469", "#9bbf85", "#b23a48", "#d1793f", "#5b5f97", "#8d6a9f")
STEPS = 100
STYLE = """
  svg { background: #fff; font: 13px system-ui, sans-serif; fill: #222; }
  .grid { stroke: #ddd; } .line { fill: none; stroke-width: 2; }
"""


@dataclass(frozen=True, slots=True)
class Curve:
    """One server's latencies, in seconds."""

    name: str
    latencies_s: tuple[float, ...]

    def points(self) -> Iterator[tuple[float, float]]:
        """Latency and the share of words that took no longer, a hundred times."""
        ordered = sorted(self.latencies_s)
        for step in range(1, STEPS + 1):
            share = step / STEPS
            yield max(ordered[ceil(share * len(ordered)) - 1], 0.0), share


def curves_of(lines: Sequence[str], sessions: int) -> list[Curve]:
    """All results with that many sessions, those of one server together, the quickest first."""
    found: dict[str, list[float]] = {}
    for line in lines:
        result = json.loads(line)
        if result["sessions"] == sessions:
            found.setdefault(result["server"], []).extend(result["latencies_s"])
    curves = [Curve(name, tuple(latencies)) for name, latencies in found.items() if latencies]
    return sorted(curves, key=lambda curve: median(curve.latencies_s))


def svg(curves: Sequence[Curve], longest_s: int, title: str) -> str:
    """The picture; what takes longer than ``longest_s`` leaves it at the right."""
    across, up = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(seconds: float) -> float:
        return LEFT + across * seconds / longest_s

    def y(share: float) -> float:
        return TOP + up * (1 - share)

    parts = [f'<text x="{LEFT}" y="20" font-weight="600">{escape(title)}</text>']
    for second in range(longest_s + 1):
        at = f"{x(second):.1f}"
        parts += [
            f'<line class="grid" x1="{at}" x2="{at}" y1="{TOP}" y2="{y(0)}"/>',
            f'<text x="{at}" y="{y(0) + 18}" text-anchor="middle">{second} s</text>',
        ]
    for percent in (0, 25, 50, 75, 95, 100):
        level = y(percent / 100)
        parts += [
            f'<line class="grid" x1="{LEFT}" x2="{x(longest_s)}" y1="{level}" y2="{level}"/>',
            f'<text x="{LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{percent}%</text>',
        ]
    parts.append(
        f'<text x="{x(longest_s / 2)}" y="{HEIGHT - 8}" text-anchor="middle">'
        "from a word’s end until it is shown and stays</text>"
    )
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        inside = [(at_s, share) for at_s, share in curve.points() if at_s <= longest_s]
        path = " ".join(f"{x(at_s):.1f},{y(share):.1f}" for at_s, share in inside)
        level = TOP + 16 + 22 * number
        parts += [
            f'<polyline class="line" stroke="{colour}" points="{path}"/>',
            f'<line class="line" stroke="{colour}" x1="{WIDTH - RIGHT + 20}" '
            f'x2="{WIDTH - RIGHT + 44}" y1="{level - 4}" y2="{level - 4}"/>',
            f'<text x="{WIDTH - RIGHT + 50}" y="{level}">{escape(curve.name)}</text>',
        ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    label = f"<title>{escape(title)}</title>"
    return "\n".join([head, label, f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Draw the latencies that load.py has measured.")
    parser.add_argument("results", type=Path, nargs="+", help="what load.py --output has written")
    parser.add_argument("--out", type=Path, required=True, help="the SVG")
    parser.add_argument("--sessions", type=int, default=1, help="only results with so many")
    parser.add_argument("--longest", type=int, default=6, help="seconds shown")
    parser.add_argument("--title", default="Word latency, one session at a time")
    given = parser.parse_args()
    lines = [line for file in given.results for line in file.read_text().splitlines()]
    curves = curves_of(lines, given.sessions)
    if not curves:
        parser.error(f"no result with {given.sessions} sessions")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(svg(curves, given.longest, given.title), encoding="utf-8")


if __name__ == "__main__":
    main()
