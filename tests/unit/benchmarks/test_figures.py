"""The figures of a load test, on dictations small enough to count by hand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.driver import Reader
from peers.figures import Figures, Usage, figures_of, next_to_try
from vivavoz.benchmark.recording import Recording
from vivavoz.benchmark.score import SpokenWord, View


def recording(*ends_s: float) -> Recording:
    words = tuple(SpokenWord(f"w{number}", end_s) for number, end_s in enumerate(ends_s))
    return Recording("one", np.zeros(32_000, np.float32), "es", words, starts_s=0.5)


def reader(*views: tuple[float, str]) -> Reader:
    return Reader(0.0, [View(time_s, tuple(text.split())) for time_s, text in views])


def figures(played: list[tuple[Recording, Reader]], failures: tuple[str, ...] = ()) -> Figures:
    return figures_of("peer", 2, played, failures, Usage(3.0, 500.0), machine_load=1.0)


def test_what_readers_saw_becomes_figures() -> None:
    seen = [
        (recording(1.0, 2.0), reader((1.25, "w0"), (3.0, "w0 w1"))),
        (recording(1.0, 2.0), reader((2.5, "w0 wrong"))),
    ]
    result = figures(seen)
    assert result.latencies_s == (0.25, 1.0, 1.5)
    assert (result.latency_p50_s, result.latency_p95_s) == (1.0, 1.5)
    assert result.first_text_p50_s == 2.0
    assert result.wer == 25.0
    assert result.cpu_s_per_s == 0.375  # 3 core-seconds for twice 2 s of audio and 2 s of silence
    assert (result.dictations, result.silent, result.flicker) == (2, 0, 0.0)


def test_a_server_without_text_has_null_for_what_was_not_measured() -> None:
    result = figures([(recording(1.0), reader())])
    assert result.silent == 1
    assert math.isnan(result.latency_p95_s)
    line = json.loads(result.as_json())
    assert line["latency_p95_s"] is None
    assert line["first_text_p50_s"] is None
    assert line["flicker"] is None
    assert line["wer"] == 100.0


def test_a_server_that_was_never_reached_has_null_for_everything() -> None:
    line = json.loads(figures([], ("connection refused",)).as_json())
    assert line["dictations"] == 1
    assert line["failures"] == ["connection refused"]
    assert line["wer"] is None
    assert line["cpu_s_per_s"] is None


def test_the_summary_leaves_the_single_latencies_out() -> None:
    summary = json.loads(figures([(recording(1.0), reader((1.5, "w0")))]).summary())
    assert "latencies_s" not in summary
    assert summary["latency_p50_s"] == 0.5


@pytest.mark.parametrize(
    ("played", "failures", "holds"),
    [
        ([(recording(1.0), reader((2.4, "w0")))], (), True),
        ([(recording(1.0), reader((2.6, "w0")))], (), False),
        ([(recording(1.0), reader((2.4, "w0")))], ("refused",), False),
        ([(recording(1.0), reader((2.4, "w0"))), (recording(1.0), reader())], (), False),
        ([], (), False),
    ],
    ids=["in time", "late", "one refused", "one silent", "nothing"],
)
def test_sessions_are_held_when_all_are_served_in_time(
    played: list[tuple[Recording, Reader]], failures: tuple[str, ...], holds: bool
) -> None:
    assert figures(played, failures).holds(1.5) is holds


@given(st.integers(min_value=0, max_value=300))
def test_the_search_finds_the_most_sessions_to_a_quarter(most: int) -> None:
    tried: dict[int, bool] = {}
    while (sessions := next_to_try(tried)) is not None:
        assert sessions not in tried
        tried[sessions] = sessions <= most
    held = max((one for one, well in tried.items() if well), default=0)
    assert held <= most <= held + max(1, held // 4)
    assert len(tried) <= 20
