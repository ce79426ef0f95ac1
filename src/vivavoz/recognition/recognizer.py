"""What a recogniser is: PCM in, jobs out; results in, partials and finals out.

It performs no decode and knows no clock: time is the audio itself. One owner calls it.
"""

from collections.abc import Sequence
from typing import Protocol

from vivavoz.recognition.engine import (
    DecodeResult,
    Engine,
    Pcm,
    RecognitionOptions,
    StreamEngine,
    WindowEngine,
)
from vivavoz.recognition.jobs import DecodeJob, Job, JobPurpose, StreamJob
from vivavoz.recognition.outputs import Final, Lost, Output, Partial
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.stream_recognizer import StreamRecognizer
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.recognition.window_recognizer import WindowRecognizer

__all__ = [
    "DecodeJob",
    "Final",
    "Job",
    "JobPurpose",
    "Lost",
    "Output",
    "Partial",
    "Recognizer",
    "RecognizerSettings",
    "StreamJob",
    "open_recognizer",
]


class Recognizer(Protocol):
    """One session's audio on its way to text."""

    def push(self, samples: Pcm, probabilities: Sequence[float]) -> None:
        """Take more audio.

        Args:
            samples: PCM that follows what was pushed before.
            probabilities: speech probability of each 512-sample frame that these samples complete,
                counted from the first sample of the session.
        """

    def flush(self) -> None:
        """Endpoint now (pause, stop): all speech so far gets its final."""

    def next_jobs(self) -> list[Job]:
        """Jobs that became due since the last call."""

    def job_done(self, job: Job, result: DecodeResult | Hypothesis) -> None:
        """A job ran. Jobs may be answered in any order."""

    def job_failed(self, job: Job, error: Exception) -> None:
        """A job raised or was given up. A final is asked for once more, then declared lost."""

    def job_dropped(self, job: Job) -> None:
        """A partial did not run, because a newer one took its place."""

    def outputs(self) -> list[Output]:
        """What there is to say since the last call, in order."""

    @property
    def settled_sample(self) -> int:
        """Everything before this sample is final or silence."""

    @property
    def is_settled(self) -> bool:
        """Whether all audio pushed so far is final or silence and no job is awaited."""

    @property
    def language(self) -> tuple[str, float] | None:
        """The session's language and its probability; none while it is not known."""

    def close(self) -> None:
        """Cancel all jobs and free what is held. Safe to call twice."""


def open_recognizer(
    engine: Engine, options: RecognitionOptions, settings: RecognizerSettings
) -> Recognizer:
    """A recogniser for one session, of the kind that the engine needs."""
    if isinstance(engine, StreamEngine):
        return StreamRecognizer(engine, options, settings)
    if isinstance(engine, WindowEngine):
        return WindowRecognizer(engine.capabilities, options, settings)
    raise TypeError(f"{type(engine).__name__} is neither a window nor a stream engine")
