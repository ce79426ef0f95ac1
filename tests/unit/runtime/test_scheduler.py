"""Decodes on real threads."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
import pytest

from tests.live.engines import CountingEngine
from vivavoz.errors import ProcessingTimeoutError
from vivavoz.recognition.engine import (
    DecodeRequest,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.jobs import DecodeJob, Job, StreamJob
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.runtime.job_queue import Outcome
from vivavoz.runtime.scheduler import Scheduler

NOTHING = Hypothesis((), "en")
PATIENCE_S = 30.0


class Desk:
    """Submits jobs and waits for what became of them."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.outcomes: asyncio.Queue[Outcome] = asyncio.Queue()

    def submit(self, owner: str, job: Job) -> Job:
        self.scheduler.submit(owner, job, self.outcomes.put_nowait)
        return job

    def be_patient(self) -> None:
        """Jobs submitted from now on may take their time, on a busy machine too."""
        self.scheduler._timeout_s = PATIENCE_S

    async def next(self) -> Outcome:
        async with asyncio.timeout(PATIENCE_S):
            return await self.outcomes.get()


@pytest.fixture
async def desk_of() -> AsyncIterator[Callable[..., Desk]]:
    schedulers: list[Scheduler] = []

    def open_desk(workers: int = 1, timeout_s: float = PATIENCE_S, engine: object = None) -> Desk:
        scheduler = Scheduler(engine or CountingEngine(), workers, timeout_s)  # type: ignore[arg-type]
        schedulers.append(scheduler)
        return Desk(scheduler)

    yield open_desk
    for scheduler in schedulers:
        scheduler.close()


class Gate:
    """A decode that waits until it is let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.may_end = threading.Event()

    def job(self) -> StreamJob:
        return StreamJob(self._run)

    def _run(self) -> Hypothesis:
        self.began.set()
        self.may_end.wait()
        return NOTHING


def failing() -> StreamJob:
    def fail() -> Hypothesis:
        raise ValueError("no")

    return StreamJob(fail)


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


async def test_a_decode_that_hangs_is_reported_and_its_worker_replaced(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(timeout_s=0.05)
    gate = Gate()
    hung = desk.submit("a", gate.job())
    outcome = await desk.next()
    assert outcome.job is hung
    assert isinstance(outcome.error, ProcessingTimeoutError)
    assert desk.scheduler.hung_workers == 1
    desk.be_patient()
    desk.submit("a", StreamJob(lambda: NOTHING))
    assert (await desk.next()).result is NOTHING
    gate.may_end.set()
    async with asyncio.timeout(PATIENCE_S):
        while desk.scheduler.hung_workers:  # noqa: ASYNC110 - a thread ends
            await asyncio.sleep(0.001)
    assert desk.outcomes.empty()


async def test_workers_beyond_the_bound_come_back_when_they_wake(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(timeout_s=0.01)
    gates = [Gate() for _ in range(17)]
    for gate in gates:
        desk.submit("a", gate.job())
        assert (await desk.next()).error is not None
    desk.be_patient()
    desk.submit("b", StreamJob(lambda: NOTHING))
    await asyncio.sleep(0.02)
    assert desk.outcomes.empty()
    for gate in gates:
        gate.may_end.set()
    assert (await desk.next()).result is NOTHING


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


async def test_the_wait_for_a_worker_is_measured(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of()
    assert desk.scheduler.queue_wait_s == 0.0
    gate = Gate()
    desk.submit("a", gate.job())
    desk.submit("b", StreamJob(lambda: NOTHING))
    await asyncio.sleep(0.25)
    assert desk.scheduler.queue_wait_s >= 0.2
    gate.may_end.set()
    await desk.next()
    await desk.next()
    assert desk.scheduler.queue_wait_s >= 0.1  # the mean of none and of that wait


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


async def test_an_older_partial_is_dropped_and_said_so(desk_of: Callable[..., Desk]) -> None:
    engine = BatchEngine()
    desk = desk_of(engine=engine)
    desk.submit("busy", window(0.0))
    older = desk.submit("a", window(0.25, "partial"))
    newest = desk.submit("a", window(0.5, "partial"))
    dropped = await desk.next()
    assert dropped.job is older
    assert dropped.dropped
    engine.gate.set()
    await desk.next()
    assert (await desk.next()).job is newest
