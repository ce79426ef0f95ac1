"""Who submits jobs to a scheduler, and jobs that end when they are told to."""

import asyncio
import threading

from vivavoz.recognition.jobs import Job, StreamJob
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
        """Queue the job, which is returned."""
        self.scheduler.submit(owner, job, self.outcomes.put_nowait)
        return job

    def be_patient(self) -> None:
        """Jobs submitted from now on may take their time, on a busy machine too."""
        self.scheduler._timeout_s = PATIENCE_S

    async def next(self) -> Outcome:
        """The next outcome."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.outcomes.get()


class Gate:
    """A decode that waits until it is let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.may_end = threading.Event()

    def job(self) -> StreamJob:
        """The decode."""
        return StreamJob(self._run)

    def _run(self) -> Hypothesis:
        self.began.set()
        self.may_end.wait()
        return NOTHING


def failing() -> StreamJob:
    """A decode that raises."""

    def fail() -> Hypothesis:
        raise ValueError("no")

    return StreamJob(fail)
