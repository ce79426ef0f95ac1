"""How many threads decode, and what becomes of those that hang or are not needed any more."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from tests.live.engines import CountingEngine
from tests.unit.runtime.desk import NOTHING, PATIENCE_S, Desk, Gate
from vivavoz.recognition.jobs import StreamJob
from vivavoz.runtime.scheduler import Scheduler

Threads = Callable[[], list[threading.Thread]]


@pytest.fixture
def threads() -> Threads:
    """The threads that a test has begun."""
    before = set(threading.enumerate())

    def begun() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread not in before]

    return begun


async def until_left(threads: Threads, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(threads()) > count:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.001)


async def hung(desk: Desk, count: int) -> list[Gate]:
    """As many decodes that were given up, all of them still running."""
    gates = [Gate() for _ in range(count)]
    for gate in gates:
        desk.submit("a", gate.job())
        assert (await desk.next()).error is not None
    desk.be_patient()
    return gates


async def test_one_that_hangs_is_replaced_and_ends_when_it_wakes(
    desk_of: Callable[..., Desk], threads: Threads
) -> None:
    desk = desk_of(timeout_s=0.01)
    (gate,) = await hung(desk, 1)
    assert len(threads()) == 2
    gate.may_end.set()
    await until_left(threads, 1)
    desk.submit("b", StreamJob(lambda: NOTHING))
    assert (await desk.next()).result is NOTHING


async def test_no_more_than_sixteen_that_hang_are_replaced(
    desk_of: Callable[..., Desk], threads: Threads
) -> None:
    desk = desk_of(timeout_s=0.01)
    gates = await hung(desk, 17)
    assert len(threads()) == 17
    waiting = Gate()
    desk.submit("b", waiting.job())
    assert not waiting.began.is_set()
    for gate in gates:
        gate.may_end.set()
    waiting.may_end.set()
    assert (await desk.next()).result is NOTHING
    await until_left(threads, 1)
    desk.submit("b", StreamJob(lambda: NOTHING))
    assert (await desk.next()).result is NOTHING
    assert desk.scheduler.hung_workers == 0


async def test_idle_ones_end_at_the_close(desk_of: Callable[..., Desk], threads: Threads) -> None:
    desk = desk_of(workers=2)
    desk.submit("a", StreamJob(lambda: NOTHING))
    await desk.next()
    assert len(threads()) == 2
    desk.scheduler.close()
    await until_left(threads, 0)


async def test_one_that_decodes_at_the_close_ends_with_its_decode(
    desk_of: Callable[..., Desk], threads: Threads
) -> None:
    desk = desk_of()
    gate = Gate()
    desk.submit("a", gate.job())
    desk.submit("a", StreamJob(lambda: NOTHING))
    desk.scheduler.close()
    gate.may_end.set()
    assert (await desk.next()).result is NOTHING
    await until_left(threads, 0)
    assert desk.outcomes.empty()


async def test_those_that_hung_end_when_they_wake_after_the_close(
    desk_of: Callable[..., Desk], threads: Threads
) -> None:
    desk = desk_of(timeout_s=0.01)
    gates = await hung(desk, 17)
    desk.scheduler.close()
    for gate in gates:
        gate.may_end.set()
    await until_left(threads, 0)


async def test_one_that_hangs_after_the_close_is_not_replaced(
    desk_of: Callable[..., Desk], threads: Threads
) -> None:
    desk = desk_of(timeout_s=0.01)
    gate = Gate()
    desk.submit("a", gate.job())
    desk.scheduler.close()
    assert (await desk.next()).error is not None
    gate.may_end.set()
    await until_left(threads, 0)


def test_a_decode_that_outlasts_the_loop_is_told_to_nobody(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    gate = Gate()

    async def leave() -> None:
        scheduler = Scheduler(CountingEngine(), 1, PATIENCE_S)
        scheduler.submit("a", gate.job(), lambda _: None)
        scheduler.close()

    asyncio.run(leave())
    (worker,) = threads()
    gate.may_end.set()
    worker.join(0.05)
    assert not failures
