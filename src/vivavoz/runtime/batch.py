"""A whole recording through the very recogniser that serves live sessions, in the caller's thread.

Partials are not decoded, and a final that begins on speculation waits until the silence has lasted,
so that each stretch of speech is decoded once.
"""

from collections.abc import Callable, Iterable, Iterator

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
    on_progress: Callable[[float], None] = lambda audio_s: None,
) -> Iterator[Final | Lost]:
    """The finals of a recording, each as soon as it is decoded; empty ones are left out.

    Args:
        blocks: its audio, in blocks of a second or less.
        engine: who decodes.
        options: language and prompts.
        settings: as a session would have them.
        on_progress: told the seconds of audio that are done with.

    Yields:
        Finals in order; ``Lost`` where a stretch of speech could not be decoded.
    """
    detector = SpeechDetector()
    recognizer = open_recognizer(engine, options, settings)
    batch = _Batch(engine, recognizer)
    samples_done = 0
    try:
        for samples in blocks:
            recognizer.push(samples, detector.push(samples))
            yield from batch.run_due_jobs()
            samples_done += len(samples)
            on_progress(samples_done / SAMPLE_RATE_HZ)
        recognizer.flush()
        yield from batch.run_due_jobs()
    finally:
        recognizer.close()


class _Batch:
    """The jobs of one recording."""

    def __init__(self, engine: Engine, recognizer: Recognizer) -> None:
        self._engine = engine
        self._recognizer = recognizer
        self._waiting: list[Job] = []

    def run_due_jobs(self) -> Iterator[Final | Lost]:
        """Run what is sure to be needed, and say what came of it."""
        while (job := self._next_due()) is not None:
            self._run(job)
            yield from self._said()
        yield from self._said()

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

    def _run(self, job: Job) -> None:
        try:
            result = self._result_of(job)
        except Exception as error:
            self._recognizer.job_failed(job, error)
        else:
            self._recognizer.job_done(job, result)

    def _result_of(self, job: Job) -> DecodeResult | Hypothesis:
        if not isinstance(job, DecodeJob):
            return job.run()
        if not isinstance(self._engine, WindowEngine):
            raise TypeError(f"{type(self._engine).__name__} does not decode windows")
        return self._engine.decode([job.request])[0]

    def _said(self) -> Iterator[Final | Lost]:
        for output in self._recognizer.outputs():
            if isinstance(output, Lost) or (isinstance(output, Final) and output.words):
                yield output
