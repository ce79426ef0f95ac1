"""Decodes on real threads."""

import asyncio
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.unit.runtime.desk import NOTHING, PATIENCE_S, Desk, Gate, failing
from vivavoz.errors import ProcessingTimeoutError, RecognitionFailedError
from vivavoz.recognition.engine import (
    DecodeRequest,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.jobs import DecodeJob, StreamJob
from vivavoz.runtime import scheduler
from vivavoz.runtime.job_queue import Outcome


async def test_a_decode_that_raises_fails_alone(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of()
    bad = desk.submit("a", failing())
    good = desk.submit("b", StreamJob(lambda: NOTHING))
    first, second = await desk.next(), await desk.next()
    assert first.job is bad
    assert isinstance(first.error, ValueError)
    assert first.result is None
    assert second.job is good
    assert second.result is NOTHING
    assert second.error is None
    assert not first.dropped
    assert not second.dropped


async def test_an_engine_that_wants_to_exit_fails_the_decode_alone(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of()
    desk.submit("a", StreamJob(sys.exit))
    outcome = await desk.next()
    assert isinstance(outcome.error, RecognitionFailedError)
    assert str(outcome.error) == "The engine ended with SystemExit."
    desk.submit("a", StreamJob(lambda: NOTHING))
    assert (await desk.next()).result is NOTHING


async def test_a_decode_that_has_ended_has_no_deadline_any_more(
    desk_of: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of()
    loop = asyncio.get_running_loop()
    call_later, deadlines = loop.call_later, []

    def noting(delay_s: float, *call: Any) -> asyncio.TimerHandle:
        deadlines.append(call_later(delay_s, *call))
        return deadlines[-1]

    with monkeypatch.context() as patch:
        patch.setattr(loop, "call_later", noting)
        desk.submit("a", StreamJob(lambda: NOTHING))
    (deadline,) = deadlines
    assert not deadline.cancelled()
    assert (await desk.next()).error is None
    assert deadline.cancelled()


async def test_a_decode_that_hangs_is_reported_and_its_worker_replaced(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(timeout_s=0.05)
    gate = Gate()
    hung = gate.job()

    def given_up(outcome: Outcome) -> None:
        desk.be_patient()
        desk.outcomes.put_nowait(outcome)

    desk.scheduler.submit("a", hung, given_up)
    waiting = desk.submit("b", StreamJob(lambda: NOTHING))
    outcome = await desk.next()
    assert outcome.job is hung
    assert isinstance(outcome.error, ProcessingTimeoutError)
    assert outcome.error.details == {"timeout_s": 0.05}
    assert outcome.ran_s == 0.05
    assert desk.scheduler.hung_workers == 1
    outcome = await desk.next()
    assert outcome.job is waiting
    assert outcome.result is NOTHING
    gate.may_end.set()
    async with asyncio.timeout(PATIENCE_S):
        while desk.scheduler.hung_workers:  # noqa: ASYNC110 - a thread ends
            await asyncio.sleep(0.001)
    assert desk.outcomes.empty()


async def test_a_cancelled_job_does_not_run(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of()
    gate = Gate()
    desk.submit("a", gate.job())
    unwanted = desk.submit("a", failing())
    unwanted.cancelled = True
    desk.submit("a", StreamJob(lambda: NOTHING))
    gate.may_end.set()
    assert (await desk.next()).error is None
    assert (await desk.next()).result is NOTHING


async def test_an_owner_that_left_is_told_nothing(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of()
    gate = Gate()
    desk.submit("a", gate.job())
    desk.submit("b", failing())
    desk.scheduler.cancel("b")
    gate.may_end.set()
    desk.submit("c", StreamJob(lambda: NOTHING))
    assert (await desk.next()).error is None
    assert (await desk.next()).error is None
    assert desk.outcomes.empty()


@dataclass
class Clock:
    """In place of the ``time`` that the scheduler reads; tests move it."""

    now_s: float = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(scheduler, "time", clock)
    return clock


async def test_the_wait_for_a_worker_is_measured(
    desk_of: Callable[..., Desk], clock: Clock
) -> None:
    desk = desk_of()
    assert desk.scheduler.queue_wait_s == 0.0
    gate = Gate()
    desk.submit("a", gate.job())
    desk.submit("b", StreamJob(lambda: NOTHING))
    clock.now_s += 4.0
    assert desk.scheduler.queue_wait_s == 4.0
    gate.may_end.set()
    await desk.next()
    await desk.next()
    assert desk.scheduler.queue_wait_s == 2.0  # the mean of none and of that wait
    clock.now_s += 6.0
    assert desk.scheduler.queue_wait_s == 2.0
    clock.now_s += 0.5  # more than ten seconds since the first began
    assert desk.scheduler.queue_wait_s == 4.0
    clock.now_s += 4.0
    assert desk.scheduler.queue_wait_s == 0.0


async def test_the_time_that_a_decode_took_is_told(
    desk_of: Callable[..., Desk], clock: Clock
) -> None:
    desk = desk_of()
    gate = Gate()
    desk.submit("a", gate.job())
    clock.now_s += 4.0
    gate.may_end.set()
    assert (await desk.next()).ran_s == 4.0


class BatchEngine:
    """A window engine that notes its batches; audio of negative samples is too much for it."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.gate = threading.Event()

    @property
    def capabilities(self) -> EngineCapabilities:
        return EngineCapabilities(
            name="batch",
            model="m",
            device="cpu",
            languages=frozenset({"en"}),
            detects_language=False,
            takes_prompts=False,
            batch_size=4,
        )

    def warm_up(self) -> None: ...

    def close(self) -> None: ...

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        return "en", 1.0

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        self.gate.wait()
        self.batches.append(len(requests))
        if any(request.audio[0] < 0 for request in requests):
            raise ValueError("no")
        return [
            DecodeResult(NOTHING, compression_ratio=float(request.audio[0])) for request in requests
        ]


def window(value: float, purpose: str = "partial") -> DecodeJob:
    audio = np.full(1, value, np.float32)
    return DecodeJob(DecodeRequest(purpose, audio, RecognitionOptions()))  # type: ignore[arg-type]


async def test_windows_of_several_sessions_are_one_batch(desk_of: Callable[..., Desk]) -> None:
    engine = BatchEngine()
    desk = desk_of(engine=engine)
    desk.submit("first", window(0.0))
    jobs = {desk.submit(owner, window(value)): value for owner, value in [("a", 0.5), ("b", 0.25)]}
    engine.gate.set()
    await desk.next()
    outcomes = [await desk.next(), await desk.next()]
    assert engine.batches == [1, 2]
    for outcome in outcomes:
        assert isinstance(outcome.result, DecodeResult)
        assert outcome.result.compression_ratio == jobs[outcome.job]


async def test_one_window_of_a_batch_that_raises_fails_alone(
    desk_of: Callable[..., Desk],
) -> None:
    engine = BatchEngine()
    desk = desk_of(engine=engine)
    desk.submit("first", window(0.0))
    bad = desk.submit("a", window(-1.0))
    desk.submit("b", window(0.5))
    engine.gate.set()
    await desk.next()
    for outcome in [await desk.next(), await desk.next()]:
        assert (outcome.error is not None) == (outcome.job is bad)
    assert engine.batches == [1, 2, 1, 1]


async def test_a_window_that_raises_on_its_own_is_not_decoded_again(
    desk_of: Callable[..., Desk],
) -> None:
    engine = BatchEngine()
    engine.gate.set()
    desk = desk_of(engine=engine)
    desk.submit("a", window(-1.0))
    assert isinstance((await desk.next()).error, ValueError)
    assert engine.batches == [1]


async def test_an_older_partial_is_dropped_and_said_so(desk_of: Callable[..., Desk]) -> None:
    engine = BatchEngine()
    desk = desk_of(engine=engine)
    desk.submit("busy", window(0.0))
    older = desk.submit("a", window(0.25, "partial"))
    newest = desk.submit("a", window(0.5, "partial"))
    dropped = await desk.next()
    assert dropped.job is older
    assert dropped.dropped
    assert dropped.ran_s == 0.0
    engine.gate.set()
    await desk.next()
    assert (await desk.next()).job is newest
