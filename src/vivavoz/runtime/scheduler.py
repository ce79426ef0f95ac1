"""One scheduler for all sessions: worker threads that decode, and the measured wait for one."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from vivavoz.errors import ProcessingTimeoutError, RecognitionFailedError
from vivavoz.recognition.engine import Engine, WindowEngine
from vivavoz.recognition.jobs import DecodeJob, Job, StreamJob
from vivavoz.runtime.job_queue import JobQueue, Outcome, Owner, QueuedJob
from vivavoz.runtime.workers import Ran, Worker

_WAIT_WINDOW_S = 10.0
_MAX_HUNG_WORKERS = 16


class Scheduler:
    """Runs jobs on worker threads. Belongs to one event loop and must be used on it.

    A decode that raises fails that decode alone. One that outlasts ``timeout_s`` is reported and
    its thread left to itself, with a new one in its place.

    Args:
        engine: who decodes windows.
        workers: how many threads decode at once.
        timeout_s: how long one decode may take.
    """

    def __init__(self, engine: Engine, workers: int, timeout_s: float) -> None:
        self._engine = engine
        self._timeout_s = timeout_s
        self._batch_size = engine.capabilities.batch_size
        self._queue = JobQueue()
        self._idle = [self._new_worker() for _ in range(workers)]
        self._waits: deque[tuple[float, float]] = deque()
        self._closed = False
        self._missing_workers = 0
        self.hung_workers = 0

    @property
    def queue_wait_s(self) -> float:
        """How long a job waits for a worker now: the mean of the last ten seconds, or the age of
        the oldest one waiting if that is more."""
        now = time.monotonic()
        self._forget_old_waits(now)
        mean = sum(wait for _, wait in self._waits) / len(self._waits) if self._waits else 0.0
        oldest_at_s = self._queue.oldest_at_s()
        return max(mean, now - oldest_at_s if oldest_at_s is not None else 0.0)

    def submit(self, owner: Owner, job: Job, done: Callable[[Outcome], None]) -> None:
        """Queue a job of ``owner``; ``done`` is called on the loop, never from within."""
        entry = QueuedJob(owner, job, time.monotonic(), done)
        replaced = self._queue.add(entry)
        if replaced is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(replaced.done, Outcome(replaced.job, dropped=True))
        self._dispatch()

    def cancel(self, owner: Owner) -> None:
        """Forget the owner's waiting jobs; their ``done`` is not called."""
        self._queue.remove(owner)

    def close(self) -> None:
        """Stop the workers once they are done with what they have."""
        self._closed = True
        for worker in self._idle:
            worker.stop()
        self._idle.clear()

    def _new_worker(self) -> Worker:
        return Worker(self._run)

    def _dispatch(self) -> None:
        while self._idle:
            taken = self._queue.take(self._batch_size)
            if not taken:
                return
            wanted = [entry for entry in taken if not entry.job.cancelled]
            for entry in taken:
                if entry.job.cancelled:
                    self._queue.finished(entry)
            if wanted:
                self._start(self._idle.pop(), wanted)

    def _start(self, worker: Worker, entries: list[QueuedJob]) -> None:
        loop = asyncio.get_running_loop()
        started_s = time.monotonic()
        self._forget_old_waits(started_s)
        self._waits.extend((started_s, started_s - entry.queued_at_s) for entry in entries)
        deadline = loop.call_later(self._timeout_s, self._give_up, worker, entries)

        def report(results: list[Ran]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(
                    self._ended, worker, entries, results, deadline, started_s
                )

        worker.give([entry.job for entry in entries], report)

    def _run(self, jobs: list[Job]) -> list[Ran]:
        """On a worker thread: a result or an exception for each job."""
        batch = [job.request for job in jobs if isinstance(job, DecodeJob)]
        if len(batch) > 1:
            with suppress(BaseException):  # one by one it shows whose fault that was
                return list(cast("WindowEngine", self._engine).decode(batch))
        return [self._run_one(job) for job in jobs]

    def _run_one(self, job: Job) -> Ran:
        try:
            if isinstance(job, StreamJob):
                return job.run()
            return cast("WindowEngine", self._engine).decode([job.request])[0]
        except Exception as error:
            return error
        except BaseException as error:  # it would end the thread, which others need
            return RecognitionFailedError(f"The engine ended with {type(error).__name__}.")

    def _ended(
        self,
        worker: Worker,
        entries: list[QueuedJob],
        results: list[Ran],
        deadline: asyncio.TimerHandle,
        started_s: float,
    ) -> None:
        if worker.is_abandoned:
            self._woke_up(worker)
            return
        deadline.cancel()
        if self._closed:
            worker.stop()
        else:
            self._idle.append(worker)
        ran_s = time.monotonic() - started_s
        for entry, result in zip(entries, results, strict=True):
            self._queue.finished(entry)
            entry.done(
                Outcome(
                    entry.job,
                    result=None if isinstance(result, Exception) else result,
                    error=result if isinstance(result, Exception) else None,
                    ran_s=ran_s,
                )
            )
        self._dispatch()

    def _give_up(self, worker: Worker, entries: list[QueuedJob]) -> None:
        worker.is_abandoned = True
        self.hung_workers += 1
        if self.hung_workers > _MAX_HUNG_WORKERS:
            self._missing_workers += 1
        elif not self._closed:
            self._idle.append(self._new_worker())
        for entry in entries:
            self._queue.finished(entry)
            error = ProcessingTimeoutError(
                f"A decode took longer than {self._timeout_s:.0f} s and was given up.",
                timeout_s=self._timeout_s,
            )
            entry.done(Outcome(entry.job, error=error, ran_s=self._timeout_s))
        self._dispatch()

    def _woke_up(self, worker: Worker) -> None:
        """A decode that was given up has ended after all: its worker is spare, or badly missed."""
        self.hung_workers -= 1
        if not self._missing_workers or self._closed:
            worker.stop()
            return
        self._missing_workers -= 1
        worker.is_abandoned = False
        self._idle.append(worker)
        self._dispatch()

    def _forget_old_waits(self, now_s: float) -> None:
        while self._waits and self._waits[0][0] < now_s - _WAIT_WINDOW_S:
            self._waits.popleft()
