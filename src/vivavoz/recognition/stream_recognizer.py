"""The recogniser for engines that stream natively: audio in order, one step at a time."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from vivavoz.audio.buffer import PcmBuffer
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
from vivavoz.recognition.joint import quietest_sample
from vivavoz.recognition.outputs import Final, Output
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.segment import Segment
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.vad.segmenter import (
    Segmenter,
    SegmentEvent,
    SilenceBegan,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
)

_MAX_FAILURES = 2


@dataclass(slots=True, eq=False)
class _Utterance:
    """A segment and the engine's stream that hears it.

    ``fed_sample``: end of the audio handed over. ``is_finishing``: the step that is out is
    the last.
    """

    segment: Segment
    fed_sample: int
    stream: EngineStream | None = None
    job: StreamJob | None = None
    is_finishing: bool = False
    failures: int = 0


class StreamRecognizer:
    """One session's recogniser over a ``StreamEngine``. See ``recognizer.Recognizer``.

    Each utterance has a stream of its own. At most one step of a session is out at a time, so the
    audio stays in order; while it is out, audio gathers for the next.
    """

    def __init__(
        self, engine: StreamEngine, options: RecognitionOptions, settings: RecognizerSettings
    ) -> None:
        self._engine = engine
        self._options = options
        self._feed_samples = settings.plan.partial_interval_ms * SAMPLE_RATE_HZ // 2000
        self._pause_cut = round(settings.plan.pause_cut_s * SAMPLE_RATE_HZ)
        self._max_samples = round(settings.max_utterance_s * SAMPLE_RATE_HZ)
        self._segmenter = Segmenter(settings.rules)
        self._buffer = PcmBuffer()
        self._utterances: deque[_Utterance] = deque()
        self._outputs: list[Output] = []
        self._display = Display()
        self._language: tuple[str, float] | None = None
        if options.language or len(engine.capabilities.languages) == 1:
            self._language = options.language or min(engine.capabilities.languages), 1.0

    def push(self, samples: Pcm, probabilities: Sequence[float]) -> None:
        """Take more audio and the speech probabilities of the frames that it completes."""
        self._buffer.append(samples)
        for probability in probabilities:
            for event in self._segmenter.push(probability):
                self._on(event)
        self._part_if_long()
        self._buffer.drop_before(self.settled_sample)

    def flush(self) -> None:
        """Endpoint now: all speech so far gets its final."""
        for event in self._segmenter.flush():
            self._on(event)

    def _on(self, event: SegmentEvent) -> None:
        match event:
            case SpeechStarted(start_sample=start):
                self._open(start)
            case SilenceBegan(end_sample=end):
                if self._growing and end - self._growing.segment.start_sample >= self._pause_cut:
                    self._growing.segment.end_sample = end
            case SpeechResumed(sample_index=resumed):
                if self._growing is None:
                    self._open(resumed)
            case SpeechEnded(end_sample=end):
                if self._growing:
                    self._growing.segment.end_sample = end

    def _open(self, start_sample: int) -> None:
        segment = Segment(start_sample, asked_sample=start_sample)
        self._utterances.append(_Utterance(segment, start_sample))

    def _part_if_long(self) -> None:
        utterance = self._growing
        if utterance is None or self._buffer.end_index - utterance.fed_sample == 0:
            return
        if self._buffer.end_index - utterance.segment.start_sample >= self._max_samples:
            audio = self._buffer.slice(utterance.fed_sample, self._buffer.end_index)
            joint = utterance.fed_sample + quietest_sample(audio, len(audio), within=len(audio))
            utterance.segment.end_sample = joint
            self._open(joint)

    @property
    def _growing(self) -> _Utterance | None:
        last = self._utterances[-1] if self._utterances else None
        return last if last is not None and last.segment.end_sample is None else None

    # --- jobs and results -----------------------------------------------------------------------

    def next_jobs(self) -> list[Job]:
        """The next step, if none is out and there is enough audio for one."""
        if not self._utterances or self._utterances[0].job is not None:
            return []
        utterance = self._utterances[0]
        end = utterance.segment.end_sample
        upto = self._buffer.end_index if end is None else end
        if end is None and upto - utterance.fed_sample < self._feed_samples:
            return []
        audio = self._buffer.slice(min(utterance.fed_sample, upto), upto)
        utterance.fed_sample = upto
        utterance.job = StreamJob(partial(self._step, utterance, audio, is_last=end is not None))
        utterance.is_finishing = end is not None
        return [utterance.job]

    def _step(self, utterance: _Utterance, audio: Pcm, *, is_last: bool) -> Hypothesis:
        """Runs in a worker thread, and touches only the engine's stream."""
        stream = utterance.stream
        if stream is None:
            stream = utterance.stream = self._engine.open_stream(self._options)
        stream.push(audio)
        return stream.finish() if is_last else stream.hypothesis()

    def job_done(self, job: Job, result: DecodeResult | Hypothesis) -> None:
        """A step ran."""
        utterance = self._taken_back(job)
        if utterance is None or not isinstance(result, Hypothesis):
            return
        self._language = self._language or (result.language, result.language_probability)
        utterance.segment.hear(result, utterance.fed_sample)
        if utterance.is_finishing:
            utterance.segment.final_end_sample = utterance.fed_sample
            utterance.segment.decide(result)
        self._say()

    def job_failed(self, job: Job, error: Exception) -> None:
        """A step raised or was given up: the utterance is begun anew once, then declared lost."""
        utterance = self._taken_back(job)
        if utterance is None:
            return
        utterance.stream = None
        utterance.failures += 1
        if utterance.failures < _MAX_FAILURES:
            utterance.fed_sample = utterance.segment.start_sample
            return
        if utterance.segment.end_sample is None:
            utterance.segment.end_sample = self._buffer.end_index
            self._open(self._buffer.end_index)
        utterance.segment.lose(str(error))
        self._say()

    def job_dropped(self, job: Job) -> None:
        """Steps are never dropped: the audio of one that did not run is handed over again."""
        self.job_failed(job, RecognitionFailedError("A step of the engine's stream did not run."))

    def _taken_back(self, job: Job) -> _Utterance | None:
        first = self._utterances[0] if self._utterances else None
        if first is None or first.job is not job:
            return None
        first.job = None
        return first

    # --- text out -------------------------------------------------------------------------------

    def outputs(self) -> list[Output]:
        """What there is to say since the last call, in order."""
        said, self._outputs = self._outputs, []
        return said

    def _say(self) -> None:
        while self._utterances and self._utterances[0].segment.is_decided:
            outcome = self._utterances.popleft().segment.outcome
            if outcome is not None:
                self._outputs.append(outcome)
            if isinstance(outcome, Final):
                self._display.clear()
        shown = self._display.refresh(
            [utterance.segment for utterance in self._utterances], self._buffer.end_index
        )
        if shown is not None:
            self._outputs.append(shown)

    # --- state ----------------------------------------------------------------------------------

    @property
    def settled_sample(self) -> int:
        """Everything before this sample is final or silence."""
        if self._utterances:
            return self._utterances[0].segment.start_sample
        return self._segmenter.settled_sample

    @property
    def is_settled(self) -> bool:
        """Whether all audio pushed so far is final or silence and no step is awaited."""
        return not self._utterances and not self._segmenter.is_speaking

    @property
    def language(self) -> tuple[str, float] | None:
        """The session's language and its probability; none while it is not known."""
        return self._language

    def close(self) -> None:
        """Cancel all steps. A stream that a worker may be using is left to be collected."""
        for utterance in self._utterances:
            if utterance.job is not None:
                utterance.job.cancelled = True
            elif utterance.stream is not None:
                utterance.stream.close()
        self._utterances.clear()
