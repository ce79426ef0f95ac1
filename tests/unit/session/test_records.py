"""What a session came to in several processes, put together."""

from dataclasses import replace

import pytest

from vivavoz.session.records import SessionSummary

FIRST = SessionSummary(
    engine="pocketsphinx",
    model="en-us",
    audio_s=30.0,
    wall_s=40.0,
    chunks=120,
    bytes=9_000,
    partials=50,
    finals=6,
    words=60,
    reconnects=1,
    latency_p50_ms=200.0,
    latency_p95_ms=500.0,
    recognition_s=9.0,
    audio_quality_score=0.8,
)
SECOND = replace(
    FIRST,
    engine="whisper",
    model="base",
    audio_s=45.0,
    latency_p50_ms=300.0,
    latency_p95_ms=400.0,
    audio_quality_score=0.3,
)


def test_what_is_counted_adds_up() -> None:
    joined = FIRST.joined(SECOND)
    assert (joined.chunks, joined.bytes, joined.words) == (240, 18_000, 120)
    assert (joined.partials, joined.finals, joined.reconnects) == (100, 12, 2)
    assert (joined.wall_s, joined.recognition_s) == (80.0, 18.0)


def test_audio_is_counted_on_one_timeline() -> None:
    assert FIRST.joined(SECOND).audio_s == 45.0
    assert SECOND.joined(FIRST).audio_s == 45.0


def test_no_latency_is_told_better_than_it_was() -> None:
    joined = FIRST.joined(SECOND)
    assert (joined.latency_p50_ms, joined.latency_p95_ms) == (300.0, 500.0)


@pytest.mark.parametrize(("finals", "engine"), [(1, "whisper"), (0, "pocketsphinx")])
def test_the_engine_is_the_one_that_made_the_newest_text(finals: int, engine: str) -> None:
    joined = FIRST.joined(replace(SECOND, finals=finals))
    assert joined.engine == engine
    assert joined.model == (SECOND.model if finals else FIRST.model)


@pytest.mark.parametrize(("audio_s", "score"), [(45.0, 0.3), (0.0, 0.8)])
def test_the_quality_is_that_of_the_newest_audio(audio_s: float, score: float) -> None:
    assert FIRST.joined(replace(SECOND, audio_s=audio_s)).audio_quality_score == score
