"""The recogniser for engines that stream natively: audio in order, one step at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from vivavoz.errors import RecognitionFailedError
from vivavoz.recognition.display import Display
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeResult,
    EngineStream,
    Pcm,
    RecognitionOptions,
    StreamEngine,
)
from vivavoz.recognition.jobs import Job, StreamJob
from vivavoz.recognition.outputs import Output
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.segment import Segment
from vivavoz.recognition.speech import Speech
from vivavoz.recognition.transcript import Hypothesis

_MAX_FAILURES = 2
_FEEDS_PER_PARTIAL = 2


@dataclass(slots=True, eq=False)
class _Feed:
    """The oldest segment on its way through a stream of the engine.

    ``fed_sample``: end of the audio handed over; ``job``: the step that is out; ``is_last``: that
    step ends the stream.
    """

    segment: Segment
    fed_sample: int
    stream: EngineStream | None = None
    job: StreamJob | None = None
    is_last: bool = False
    failures: int = 0

    def step(self, engine: StreamEngine, options: RecognitionOptions, audio: Pcm) -> Hypothesis:
        """Hand over audio. Runs in a worker thread; touches only the engine's stream."""
        if self.stream is None:
            self.stream = engine.open_stream(options)
        self.stream.push(audio)
        return self.stream.finish() if self.is_last else self.stream.hypothesis()


class StreamRecognizer:
    """One session's recogniser over a ``StreamEngine``. See ``recognizer.Recognizer``.

    Each segment has a stream of its own. At most one step of a session is out at a time, so the
    audio stays in order; while it is out, audio gathers for the next.
    """

    def __init__(
        self, engine: StreamEngine, options: RecognitionOptions, settings: RecognizerSettings
    ) -> None:
        self._engine = engine
        self._options = options
        interval_ms = settings.plan.partial_interval_ms
        self._feed_samples = interval_ms * SAMPLE_RATE_HZ // 1000 // _FEEDS_PER_PARTIAL
        self._speech = Speech(settings)
        self._display = Display()
        self._feed: _Feed | None = None
        self._outputs: list[Output] = []
        self._language = engine.capabilities.only_language(options)

    def push(self, samples: Pcm, probabilities: Sequence[float]) -> None:
        """Take more audio and the speech probabilities of the frames that it completes."""
        self._speech.push(samples, probabilities)

    def flush(self) -> None:
        """Endpoint now: all speech so far gets its final."""
        self._speech.flush()

    # --- jobs and results -----------------------------------------------------------------------

    def next_jobs(self) -> list[Job]:
        """The next step, if none is out and there is enough audio for one."""
        if self._feed is None and self._speech.segments:
            segment = self._speech.segments[0]
            self._feed = _Feed(segment, fed_sample=segment.start_sample)
        feed = self._feed
        if feed is None or feed.job is not None:
            return []
        is_last = feed.segment.end_sample is not None
        upto = max(self._speech.whole_until(feed.segment), feed.fed_sample)
        if not is_last and upto - feed.fed_sample < self._feed_samples:
            return []
        audio = self._speech.audio(feed.fed_sample, upto)
        feed.fed_sample = upto
        feed.is_last = is_last
        feed.job = StreamJob(partial(feed.step, self._engine, self._options, audio))
        return [feed.job]

    def job_done(self, job: Job, result: DecodeResult | Hypothesis) -> None:
        """A step ran."""
        feed = self._feed
        if feed is None or feed.job is not job or not isinstance(result, Hypothesis):
            return
        feed.job = None
        self._language = self._language or (result.language, result.language_probability)
        feed.segment.hear(result, feed.fed_sample)
        if feed.is_last:
            feed.segment.final_end_sample = feed.fed_sample
            feed.segment.decide(result)
            self._feed = None
        self._say()

    def job_failed(self, job: Job, error: Exception) -> None:
        """A step raised or was given up: the segment is begun anew once, then declared lost."""
        feed = self._feed
        if feed is None or feed.job is not job:
            return
        feed.job = feed.stream = None
        feed.failures += 1
        if feed.failures < _MAX_FAILURES:
            feed.fed_sample = feed.segment.start_sample
            return
        self._speech.give_up(feed.segment)
        feed.segment.lose(str(error))
        self._feed = None
        self._say()

    def job_dropped(self, job: Job) -> None:
        """Steps are never dropped: the audio of one that did not run is handed over again."""
        self.job_failed(job, RecognitionFailedError("A step of the engine's stream did not run."))

    # --- text out -------------------------------------------------------------------------------

    def outputs(self) -> list[Output]:
        """What there is to say since the last call, in order."""
        said, self._outputs = self._outputs, []
        return said

    def _say(self) -> None:
        self._outputs += self._display.refresh(self._speech)

    # --- state ----------------------------------------------------------------------------------

    @property
    def settled_sample(self) -> int:
        """Everything before this sample is final or silence."""
        return self._speech.settled_sample

    @property
    def is_settled(self) -> bool:
        """Whether all audio pushed so far is final or silence and no step is awaited."""
        return self._speech.is_settled

    @property
    def language(self) -> tuple[str, float] | None:
        """The session's language and its probability; none while it is not known."""
        return self._language

    def close(self) -> None:
        """Cancel the step that is out; a stream that a worker may be using is left to be
        collected."""
        feed, self._feed = self._feed, None
        self._speech.segments.clear()
        if feed is not None and feed.job is not None:
            feed.job.cancelled = True
        elif feed is not None and feed.stream is not None:
            feed.stream.close()
