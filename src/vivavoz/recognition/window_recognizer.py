"""The recogniser for window engines: cheap partials, authoritative finals.

Speech is cut into utterances by the segmenter. While one grows, its whole audio so far is decoded
again and again, greedily, with the agreed words forced; what comes out is shown as a partial. In
the first silence the final decode begins on speculation. Speech without an endpoint is parted at a
short pause or between agreed words, so that no window grows past its limit.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vivavoz.audio.buffer import PcmBuffer
from vivavoz.recognition.display import Display
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.guards import Doubt, doubt_of
from vivavoz.recognition.jobs import DecodeJob, Job
from vivavoz.recognition.joint import best_joint, quietest_sample
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

_MAX_FINAL_FAILURES = 2
_MIN_LANGUAGE_PROBABILITY = 0.5
_OVERDUE_S = 4.0
"""How far past its limit a window may grow before it is parted without agreed words."""


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What a job was asked for."""

    segment: Segment
    end_sample: int


class WindowRecognizer:
    """One session's recogniser over a ``WindowEngine``. See ``recognizer.Recognizer``."""

    def __init__(
        self,
        capabilities: EngineCapabilities,
        options: RecognitionOptions,
        settings: RecognizerSettings,
    ) -> None:
        self._settings = settings
        self._plan = settings.plan
        self._options = options
        self._segmenter = Segmenter(settings.rules)
        self._buffer = PcmBuffer()
        self._segments: deque[Segment] = deque()
        self._tickets: dict[Job, _Ticket] = {}
        self._due: list[Job] = []
        self._outputs: list[Output] = []
        self._display = Display()
        self._language = _given_language(capabilities, options)
        self._redetects = settings.redetect_language and self._language is None
        self._heard_language = self._language
        self._free_from = 0
        """End of the last segment that was closed."""

    # --- audio in -------------------------------------------------------------------------------

    def push(self, samples: Pcm, probabilities: Sequence[float]) -> None:
        """Take more audio and the speech probabilities of the frames that it completes."""
        self._buffer.append(samples)
        for probability in probabilities:
            for event in self._segmenter.push(probability):
                self._on(event)
        self._part_if_overdue()
        self._ask_partial_if_due()
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
                self._on_silence(end)
            case SpeechResumed(sample_index=resumed):
                self._on_resumed(resumed)
            case SpeechEnded(end_sample=end):
                if self._growing is not None:
                    self._close(self._growing, end)

    def _on_silence(self, end_sample: int) -> None:
        segment = self._growing
        if segment is None:
            return
        segment.is_silent = True
        length_s = (end_sample - segment.start_sample) / SAMPLE_RATE_HZ
        if length_s >= self._plan.pause_cut_s:
            self._close(segment, end_sample)
        else:
            self._ask_final(segment, end_sample, speculative=True)

    def _on_resumed(self, resumed_sample: int) -> None:
        segment = self._growing
        if segment is None:  # parted at the pause
            pre_roll = self._settings.rules.pre_roll_ms * SAMPLE_RATE_HZ // 1000
            self._open(max(resumed_sample - pre_roll, self._free_from))
        else:
            segment.is_silent = False
            self._withdraw_final(segment)

    # --- jobs out -------------------------------------------------------------------------------

    def next_jobs(self) -> list[Job]:
        """Jobs that became due since the last call."""
        due, self._due = self._due, []
        return [job for job in due if not job.cancelled]

    def _ask_partial_if_due(self) -> None:
        segment = self._growing
        if segment is None or segment.is_silent:
            return
        interval = self._plan.partial_interval_ms * SAMPLE_RATE_HZ // 1000
        if self._buffer.end_index - segment.asked_sample >= interval:
            self._ask_partial(segment)

    def _ask_partial(self, segment: Segment, *, full_context: bool = False) -> None:
        segment.asked_sample = self._buffer.end_index
        self._ask(segment, segment.asked_sample, is_final=False, full_context=full_context)

    def _ask_final(
        self, segment: Segment, end_sample: int, *, speculative: bool, full_context: bool = False
    ) -> None:
        segment.final_end_sample = end_sample
        segment.final_job = self._ask(segment, end_sample, is_final=True, full_context=full_context)
        segment.final_job.speculative = speculative

    def _ask(
        self, segment: Segment, end_sample: int, *, is_final: bool, full_context: bool
    ) -> DecodeJob:
        language = self._language
        if language is None and not is_final:
            language = segment.sure_language
        request = segment.request(
            self._plan.final if is_final else self._plan.partial,
            self._buffer.slice(segment.start_sample, end_sample),
            replace(self._options, language=language[0] if language else None),
            is_final=is_final,
            full_context=full_context,
        )
        job = DecodeJob(request)
        self._tickets[job] = _Ticket(segment, end_sample)
        self._due.append(job)
        return job

    # --- results in -----------------------------------------------------------------------------

    def job_done(self, job: Job, result: DecodeResult | Hypothesis) -> None:
        """A job ran."""
        ticket = self._tickets.pop(job, None)
        if ticket is None or not isinstance(job, DecodeJob) or not isinstance(result, DecodeResult):
            return
        self._heard_language = (
            result.hypothesis.language,
            result.hypothesis.language_probability,
        )
        if job is ticket.segment.final_job:
            self._on_final(job, ticket, result)
        else:
            self._on_hypothesis(job, ticket, result)
        self._say()

    def job_failed(self, job: Job, error: Exception) -> None:
        """A job raised or was given up: a final is asked for once more, then declared lost."""
        ticket = self._tickets.pop(job, None)
        if ticket is None or job is not ticket.segment.final_job:
            return
        segment = ticket.segment
        segment.final_failures += 1
        if segment.final_failures < _MAX_FINAL_FAILURES:
            self._ask_final(segment, ticket.end_sample, speculative=segment.end_sample is None)
        elif segment.end_sample is None:
            segment.final_job = None
        else:
            segment.lose(str(error))
            self._say()

    def job_dropped(self, job: Job) -> None:
        """A partial did not run, because a newer one took its place."""
        self._tickets.pop(job, None)

    def _on_hypothesis(self, job: DecodeJob, ticket: _Ticket, result: DecodeResult) -> None:
        """A partial came, or a final that speech overtook: either way text to show."""
        segment = ticket.segment
        if segment.final_result is not None or ticket.end_sample <= segment.heard_sample:
            return
        doubt = doubt_of(job.request, result)
        if doubt is None:
            segment.hear(result.hypothesis, ticket.end_sample)
            if segment is self._growing:
                self._part_if_long(segment)
        elif not job.request.full_context and segment is self._growing and not segment.is_silent:
            self._ask_partial(segment, full_context=True)

    def _on_final(self, job: DecodeJob, ticket: _Ticket, result: DecodeResult) -> None:
        segment = ticket.segment
        doubt = doubt_of(job.request, result)
        if doubt is not None and not job.request.full_context:
            self._ask_final(
                segment, ticket.end_sample, speculative=job.speculative, full_context=True
            )
            return
        if doubt in (Doubt.NO_SPEECH, Doubt.RATE):
            result = replace(result, hypothesis=replace(result.hypothesis, words=()))
        segment.final_result = result
        segment.hear(result.hypothesis, ticket.end_sample)
        if segment.end_sample is not None:
            self._decide(segment, result)

    # --- segments -------------------------------------------------------------------------------

    @property
    def _growing(self) -> Segment | None:
        """The segment that still takes audio."""
        last = self._segments[-1] if self._segments else None
        return last if last is not None and last.end_sample is None else None

    def _open(self, start_sample: int) -> Segment:
        segment = Segment(start_sample, asked_sample=self._first_ask_from(start_sample))
        self._segments.append(segment)
        return segment

    def _first_ask_from(self, start_sample: int) -> int:
        """A mark that makes the first partial due ``first_partial_ms`` after the pre-roll."""
        rules, plan = self._settings.rules, self._plan
        early_ms = rules.pre_roll_ms + plan.first_partial_ms - plan.partial_interval_ms
        return start_sample + early_ms * SAMPLE_RATE_HZ // 1000

    def _close(self, segment: Segment, end_sample: int) -> None:
        """The segment's audio ends here: its final, begun or not, is now the one that counts."""
        segment.end_sample = self._free_from = end_sample
        if segment.final_end_sample != end_sample:
            self._withdraw_final(segment)
        if segment.final_result is not None:
            self._decide(segment, segment.final_result)
            self._say()
        elif segment.final_job is None:
            self._ask_final(segment, end_sample, speculative=False)
        else:
            segment.final_job.speculative = False

    def _withdraw_final(self, segment: Segment) -> None:
        if segment.final_job is not None:
            segment.final_job.cancelled = True
        segment.final_job = None
        segment.final_result = None
        segment.final_end_sample = 0

    def _decide(self, segment: Segment, result: DecodeResult) -> None:
        hypothesis = result.hypothesis
        segment.decide(hypothesis)
        surely = hypothesis.language_probability >= _MIN_LANGUAGE_PROBABILITY
        if self._language is None and not self._redetects and hypothesis.words and surely:
            self._language = (hypothesis.language, hypothesis.language_probability)

    # --- joints ---------------------------------------------------------------------------------

    def _part_if_long(self, segment: Segment) -> None:
        """Part a long window between two agreed words."""
        length_s = (segment.heard_sample - segment.start_sample) / SAMPLE_RATE_HZ
        if length_s < self._settings.max_utterance_s - self._plan.joint_search_s:
            return
        audio = self._buffer.slice(segment.start_sample, segment.heard_sample)
        words = segment.agreement.stable_words
        count = best_joint(words, segment.start_s, audio, segment.start_s + length_s / 2)
        if count is None:
            return
        near = round((words[count - 1].end_s - segment.start_s) * SAMPLE_RATE_HZ)
        joint = segment.start_sample + quietest_sample(audio, near)
        later = segment.part(count, joint)
        self._close(segment, joint)
        self._segments.append(later)

    def _part_if_overdue(self) -> None:
        """Part a window that passed its limit with no agreed word to part at."""
        segment = self._growing
        limit = round((self._settings.max_utterance_s + _OVERDUE_S) * SAMPLE_RATE_HZ)
        if segment is None or self._buffer.end_index - segment.start_sample < limit:
            return
        audio = self._buffer.slice(segment.start_sample, self._buffer.end_index)
        joint = segment.start_sample + quietest_sample(
            audio, len(audio) - SAMPLE_RATE_HZ, within=SAMPLE_RATE_HZ
        )
        later = segment.part(len(segment.agreement.words), joint)
        self._close(segment, joint)
        self._segments.append(later)

    # --- text out -------------------------------------------------------------------------------

    def outputs(self) -> list[Output]:
        """What there is to say since the last call, in order."""
        said, self._outputs = self._outputs, []
        return said

    def _say(self) -> None:
        """Say the finals that are due, in the order of speech, and what is shown after them."""
        while self._segments and self._segments[0].is_decided:
            segment = self._segments.popleft()
            self._forget(segment)
            if segment.outcome is not None:
                self._outputs.append(segment.outcome)
            if isinstance(segment.outcome, Final):
                self._display.clear()
        partial = self._display.refresh(self._segments, self._free_from)
        if partial is not None:
            self._outputs.append(partial)

    def _forget(self, segment: Segment) -> None:
        for job in [job for job, ticket in self._tickets.items() if ticket.segment is segment]:
            job.cancelled = True
            del self._tickets[job]

    # --- state ----------------------------------------------------------------------------------

    @property
    def settled_sample(self) -> int:
        """Everything before this sample is final or silence."""
        if self._segments:
            return self._segments[0].start_sample
        return max(self._segmenter.settled_sample, self._free_from)

    @property
    def is_settled(self) -> bool:
        """Whether all audio pushed so far is final or silence and no job is awaited."""
        return not self._segments and not self._segmenter.is_speaking

    @property
    def language(self) -> tuple[str, float] | None:
        """The session's language and its probability; none while it is not known."""
        return self._language or self._heard_language

    def close(self) -> None:
        """Cancel all jobs and free what is held."""
        for job in self._tickets:
            job.cancelled = True
        self._tickets.clear()
        self._segments.clear()
        self._due.clear()


def _given_language(
    capabilities: EngineCapabilities, options: RecognitionOptions
) -> tuple[str, float] | None:
    """The language that needs no detecting, if there is one."""
    if options.language:
        return options.language, 1.0
    if len(capabilities.languages) == 1:
        return next(iter(capabilities.languages)), 1.0
    return None
