"""Which job runs next."""

from collections.abc import Callable

import numpy as np
import pytest

from vivavoz.recognition.engine import DecodeRequest, RecognitionOptions
from vivavoz.recognition.jobs import DecodeJob, Job, StreamJob
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.runtime.job_queue import JobQueue, QueuedJob


def partial() -> DecodeJob:
    return DecodeJob(DecodeRequest("partial", np.zeros(1, np.float32), RecognitionOptions()))


def final(*, speculative: bool = False) -> DecodeJob:
    request = DecodeRequest("final", np.zeros(1, np.float32), RecognitionOptions())
    return DecodeJob(request, speculative=speculative)


def step() -> StreamJob:
    return StreamJob(lambda: Hypothesis((), "en"))


class Line:
    """A queue whose entries are made here."""

    def __init__(self) -> None:
        self.queue = JobQueue()
        self.now_s = 0.0

    def add(self, owner: str, job: Job) -> QueuedJob:
        self.now_s += 1
        entry = QueuedJob(owner, job, self.now_s, lambda _: None)
        self.replaced = self.queue.add(entry)
        return entry

    def take(self, batch_size: int = 1) -> list[QueuedJob]:
        return self.queue.take(batch_size)


@pytest.fixture
def line() -> Line:
    return Line()


def test_finals_then_speculative_ones_then_streams_then_partials(line: Line) -> None:
    entries = [
        line.add("a", partial()),
        line.add("b", step()),
        line.add("c", final(speculative=True)),
        line.add("d", final()),
    ]
    assert [line.take() for _ in range(4)] == [[entry] for entry in reversed(entries)]
    assert line.take() == []


def test_the_newest_partial_takes_the_place_of_the_older(line: Line) -> None:
    older = line.add("a", partial())
    other = line.add("b", partial())
    newest = line.add("a", partial())
    assert line.replaced is older
    assert newest.queued_at_s == older.queued_at_s
    assert line.take() == [newest]
    assert line.take() == [other]


@pytest.mark.parametrize("make", [final, step])
def test_finals_and_streams_are_never_dropped(line: Line, make: Callable[[], Job]) -> None:
    first = line.add("a", make())
    second = line.add("a", make())
    assert line.replaced is None
    taken = line.take()
    assert taken == [first]
    line.queue.finished(first)
    assert line.take() == [second]


def test_owners_take_turns(line: Line) -> None:
    busy = [line.add("busy", final()) for _ in range(3)]
    quiet = line.add("quiet", final())
    assert [line.take()[0] for _ in range(4)] == [busy[0], quiet, busy[1], busy[2]]


@pytest.mark.parametrize("make", [partial, step])
def test_an_owner_has_one_stream_step_and_one_partial_at_a_time(
    line: Line, make: Callable[[], Job]
) -> None:
    first = line.add("a", make())
    assert line.take() == [first]
    second = line.add("a", make())
    assert line.take() == []
    other = line.add("b", make())
    assert line.take() == [other]
    line.queue.finished(first)
    assert line.take() == [second]


def test_within_an_owner_finals_keep_their_order(line: Line) -> None:
    speculative = line.add("a", final(speculative=True))
    behind = line.add("a", final())
    other = line.add("b", final())
    assert [line.take()[0] for _ in range(3)] == [other, speculative, behind]


def test_batches_hold_partials_and_finals_run_alone(line: Line) -> None:
    finals = [line.add(owner, final()) for owner in "ab"]
    partials = [line.add(owner, partial()) for owner in "abc"]
    assert line.take(4) == finals[:1]
    assert line.take(4) == finals[1:]
    assert line.take(2) == partials[:2]
    assert line.take(2) == partials[2:]


def test_streams_run_alone(line: Line) -> None:
    steps = [line.add(owner, step()) for owner in "ab"]
    assert line.take(4) == steps[:1]


def test_an_owner_that_left_is_forgotten(line: Line) -> None:
    for make in (final, partial, step):
        line.add("gone", make())
    stays = line.add("stays", partial())
    line.queue.remove("gone")
    assert line.take() == [stays]
    assert line.take() == []


def test_since_when_the_oldest_waits(line: Line) -> None:
    assert line.queue.oldest_at_s() is None
    line.add("a", partial())
    line.add("b", final())
    assert line.queue.oldest_at_s() == 1.0
    line.take()
    assert line.queue.oldest_at_s() == 1.0


@pytest.mark.parametrize("make", [partial, step])
def test_waiting_for_ones_own_decode_is_no_wait_for_a_worker(
    line: Line, make: Callable[[], Job]
) -> None:
    running = line.add("a", make())
    assert line.queue.oldest_at_s() == 1.0
    assert line.take() == [running]
    line.add("a", make())
    assert line.queue.oldest_at_s() is None
    line.add("b", make())
    assert line.queue.oldest_at_s() == 3.0
