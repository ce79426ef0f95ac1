"""A whole recording through the very recogniser that serves live sessions.

Partials are not decoded, and a final that begins on speculation waits until the silence has lasted,
so that each stretch of speech is decoded once. The finals of a window engine do not depend on each
other and are decoded several at a time, once the language is known; an engine's stream is fed in
the caller's thread.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeResult,
    Engine,
    Pcm,
    RecognitionOptions,
    WindowEngine,
)
from vivavoz.recognition.jobs import DecodeJob, Job
from vivavoz.recognition.outputs import Final, Lost
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.recognizer import Recognizer, open_recognizer
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.vad.silero import SpeechDetector


def transcribe(
    blocks: Iterable[Pcm],
    engine: Engine,
    options: RecognitionOptions,
    settings: RecognizerSettings,
    *,
    workers: int = 1,
    on_progress: Callable[[float], None] = lambda audio_s: None,
) -> Iterator[Final | Lost]:
    """The finals of a recording, each as soon as it is decoded; empty ones are left out.

    Args:
        blocks: its audio, in blocks of a second or less.
        engine: who decodes.
        options: language and prompts.
        settings: as a session would have them.
        workers: how many finals are decoded at the same time.
        on_progress: told the seconds of audio that are done with.

    Yields:
        Finals in order; ``Lost`` where a stretch of speech could not be decoded.
    """
    detector = SpeechDetector()
    recognizer = open_recognizer(engine, options, settings)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="vivavoz-batch")
    batch = _Batch(engine, recognizer, pool, workers)
    samples_done = 0
    try:
        for samples in blocks:
            recognizer.push(samples, detector.push(samples))
            yield from batch.run_due_jobs()
            samples_done += len(samples)
            on_progress(samples_done / SAMPLE_RATE_HZ)
        recognizer.flush()
        yield from batch.run_due_jobs(until_idle=True)
    finally:
        pool.shutdown(cancel_futures=True)
        recognizer.close()


class _Batch:
    """The jobs of one recording."""

    def __init__(
        self, engine: Engine, recognizer: Recognizer, pool: ThreadPoolExecutor, workers: int
    ) -> None:
        self._engine = engine
        self._recognizer = recognizer
        self._pool = pool
        self._workers = workers
        self._waiting: list[Job] = []
        self._running: dict[Future[DecodeResult | Hypothesis], Job] = {}

    def run_due_jobs(self, *, until_idle: bool = False) -> Iterator[Final | Lost]:
        """Run what is sure to be needed, and say what came of it; there may be decodes running
        afterwards, unless told to wait for them."""
        has_news = True
        while has_news:
            while (job := self._next_due()) is not None:
                self._begin(job)
            if until_idle or self._is_busy:
                wait(self._running, return_when=FIRST_COMPLETED)
            has_news = self._take_finished()
            yield from self._said()

    @property
    def _is_busy(self) -> bool:
        """No more may run at present. Before the language is known, one decode finds it."""
        return len(self._running) >= self._workers or self._recognizer.language is None

    def _begin(self, job: Job) -> None:
        if isinstance(job, DecodeJob):
            self._running[self._pool.submit(self._decode, job)] = job
            return
        try:
            result = job.run()
        except Exception as error:
            self._recognizer.job_failed(job, error)
        else:
            self._recognizer.job_done(job, result)

    def _take_finished(self) -> bool:
        """Hand in the decodes that are done; whether there were any."""
        finished = [future for future in self._running if future.done()]
        for future in finished:
            job = self._running.pop(future)
            error = future.exception()
            if error is None:
                self._recognizer.job_done(job, future.result())
            elif isinstance(error, Exception):
                self._recognizer.job_failed(job, error)
            else:
                raise error
        return bool(finished)

    def _next_due(self) -> Job | None:
        for job in self._recognizer.next_jobs():
            if job.purpose == "partial":
                self._recognizer.job_dropped(job)
            else:
                self._waiting.append(job)
        self._waiting = [job for job in self._waiting if not job.cancelled]
        due = next((job for job in self._waiting if not job.speculative), None)
        if due is not None:
            self._waiting.remove(due)
        return due

    def _decode(self, job: DecodeJob) -> DecodeResult:
        if not isinstance(self._engine, WindowEngine):
            raise TypeError(f"{type(self._engine).__name__} does not decode windows")
        return self._engine.decode([job.request])[0]

    def _said(self) -> Iterator[Final | Lost]:
        for output in self._recognizer.outputs():
            if isinstance(output, Lost) or (isinstance(output, Final) and output.words):
                yield output
