"""A thread that decodes."""

import queue
import threading
from collections.abc import Callable

from vivavoz.recognition.engine import DecodeResult
from vivavoz.recognition.jobs import Job
from vivavoz.recognition.transcript import Hypothesis

Ran = DecodeResult | Hypothesis | Exception
"""What a job came to."""
Run = Callable[[list[Job]], list[Ran]]
Report = Callable[[list[Ran]], None]


class Worker:
    """A daemon thread that runs what it is given, one batch after the other.

    Daemon, since a decode that hangs cannot be ended and must not hold up the exit.

    Args:
        run: does the jobs; never raises.
    """

    def __init__(self, run: Run) -> None:
        self.is_abandoned = False
        self._run = run
        self._inbox: queue.SimpleQueue[tuple[list[Job], Report] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="vivavoz-decode", daemon=True).start()

    def give(self, jobs: list[Job], report: Report) -> None:
        """Run the jobs; ``report`` is called on this thread with their results."""
        self._inbox.put((jobs, report))

    def stop(self) -> None:
        """End the thread once it has nothing left to do."""
        self._inbox.put(None)

    def _work(self) -> None:
        while (work := self._inbox.get()) is not None:
            jobs, report = work
            report(self._run(jobs))
            del work, jobs, report
