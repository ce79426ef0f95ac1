"""Which job runs next: finals and streams first, one newest partial a session, turns for all."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

from vivavoz.recognition.engine import DecodeResult
from vivavoz.recognition.jobs import Job, JobPurpose
from vivavoz.recognition.transcript import Hypothesis

Owner = Hashable
"""Whose job it is: a session's id."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: exactly one of ``result`` and ``error`` is set, neither when ``dropped``."""

    job: Job
    result: DecodeResult | Hypothesis | None = None
    error: Exception | None = None
    dropped: bool = False
    ran_s: float = 0.0


@dataclass(slots=True, eq=False)
class QueuedJob:
    """A job in the queue, since when, and whom to tell."""

    owner: Owner
    job: Job
    queued_at_s: float
    done: Callable[[Outcome], None] = field(repr=False)


class _Lane:
    """Jobs of one rank: in order within an owner, in turns between owners."""

    def __init__(self) -> None:
        self._by_owner: OrderedDict[Owner, deque[QueuedJob]] = OrderedDict()

    def __iter__(self) -> Iterator[QueuedJob]:
        for jobs in self._by_owner.values():
            yield from jobs

    def append(self, entry: QueuedJob) -> None:
        self._by_owner.setdefault(entry.owner, deque()).append(entry)

    def replace(self, entry: QueuedJob) -> QueuedJob | None:
        """Put the entry in the place of its owner's waiting one, which is returned."""
        waiting = self._by_owner.get(entry.owner)
        if waiting:
            replaced = waiting[0]
            entry.queued_at_s = replaced.queued_at_s
            waiting[0] = entry
            return replaced
        self.append(entry)
        return None

    def pop(self, may_run: Callable[[QueuedJob], bool]) -> QueuedJob | None:
        """The first entry of the first owner whose turn it is and whose entry may run."""
        for owner, jobs in self._by_owner.items():
            if may_run(jobs[0]):
                entry = jobs.popleft()
                if jobs:
                    self._by_owner.move_to_end(owner)
                else:
                    del self._by_owner[owner]
                return entry
        return None

    def remove(self, owner: Owner) -> None:
        self._by_owner.pop(owner, None)


class JobQueue:
    """The order of decodes. Not thread-safe; ``finished`` must follow every job taken."""

    def __init__(self) -> None:
        self._finals = _Lane()
        self._streams = _Lane()
        self._partials = _Lane()
        self._running: set[tuple[JobPurpose, Owner]] = set()

    def add(self, entry: QueuedJob) -> QueuedJob | None:
        """Queue a job; return the older partial whose place it took, if any."""
        if entry.job.purpose == "partial":
            return self._partials.replace(entry)
        lane = self._streams if entry.job.purpose == "feed" else self._finals
        lane.append(entry)
        return None

    def take(self, batch_size: int) -> list[QueuedJob]:
        """The jobs to run next: one, or up to ``batch_size`` partials. Finals are decoded one by
        one, so that each is told as soon as it is there and other workers may take the next."""
        first = self._pop()
        if first is None:
            return []
        taken = [first]
        if first.job.purpose == "partial":
            while len(taken) < batch_size and (more := self._pop_partial()):
                taken.append(more)
        return taken

    def finished(self, entry: QueuedJob) -> None:
        """A job that was taken has ended: its owner's next of that kind may run."""
        self._running.discard((entry.job.purpose, entry.owner))

    def remove(self, owner: Owner) -> None:
        """Forget all jobs that wait for this owner."""
        for lane in (self._finals, self._streams, self._partials):
            lane.remove(owner)

    def oldest_at_s(self) -> float | None:
        """Since when the job that has waited longest waits for a worker; one that waits for its
        owner's own is not counted."""
        waiting = [*self._finals]
        waiting += [entry for entry in self._streams if self._is_alone(entry)]
        waiting += [entry for entry in self._partials if self._is_alone(entry)]
        return min((entry.queued_at_s for entry in waiting), default=None)

    def _pop(self) -> QueuedJob | None:
        return (
            self._pop_from(self._finals, lambda entry: not entry.job.speculative)
            or self._pop_from(self._finals, lambda entry: True)
            or self._pop_from(self._streams, self._is_alone)
            or self._pop_partial()
        )

    def _pop_partial(self) -> QueuedJob | None:
        return self._pop_from(self._partials, self._is_alone)

    def _pop_from(self, lane: _Lane, may_run: Callable[[QueuedJob], bool]) -> QueuedJob | None:
        entry = lane.pop(may_run)
        if entry is not None:
            self._running.add((entry.job.purpose, entry.owner))
        return entry

    def _is_alone(self, entry: QueuedJob) -> bool:
        return (entry.job.purpose, entry.owner) not in self._running
