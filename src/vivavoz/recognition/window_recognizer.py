"""The recogniser for window engines: cheap partials, authoritative finals.

While a segment of speech grows, its whole audio so far is decoded again and again, greedily, with
the agreed words forced; what comes out is shown as a partial. In the first silence the final decode
begins on speculation, so that it is there when the endpoint comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vivavoz.recognition.display import Display
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.guards import Doubt, doubt_of, without_guess
from vivavoz.recognition.jobs import DecodeJob, Job
from vivavoz.recognition.outputs import Output
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.segment import Segment
from vivavoz.recognition.speech import Change, Closed, Paused, Resumed, Speech
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.recognition.window import Window

_MAX_FINAL_FAILURES = 2
_MIN_LANGUAGE_PROBABILITY = 0.5


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What a job was asked for."""

    segment: Segment
    end_sample: int
    window: Window


class WindowRecognizer:
    """One session's recogniser over a ``WindowEngine``. See ``recognizer.Recognizer``."""

    def __init__(
        self,
        capabilities: EngineCapabilities,
        options: RecognitionOptions,
        settings: RecognizerSettings,
    ) -> None:
        self._plan = settings.plan.on(capabilities.device)
        self._pre_roll_ms = settings.rules.pre_roll_ms
        self._options = options
        self._speech = Speech(settings)
        self._display = Display()
        self._tickets: dict[Job, _Ticket] = {}
        self._due: list[Job] = []
        self._outputs: list[Output] = []
        self._language = capabilities.only_language(options)
        self._redetects = settings.redetect_language
        self._heard_language = self._language

    # --- audio in -------------------------------------------------------------------------------

    def push(self, samples: Pcm, probabilities: Sequence[float]) -> None:
        """Take more audio and the speech probabilities of the frames that it completes."""
        self._on(self._speech.push(samples, probabilities))
        self._ask_partial_if_due()

    def flush(self) -> None:
        """Endpoint now: all speech so far gets its final."""
        self._on(self._speech.flush())

    def _on(self, changes: Iterable[Change]) -> None:
        for change in changes:
            match change:
                case Paused(segment, end_sample):
                    segment.is_silent = True
                    self._ask_final(segment, end_sample)
                case Resumed(segment):
                    segment.is_silent = False
                    segment.resumed_sample = self._speech.end_sample
                    segment.drop_final()
                case Closed(segment):
                    self._settle_final(segment)

    # --- jobs out -------------------------------------------------------------------------------

    def next_jobs(self) -> list[Job]:
        """Jobs that became due since the last call."""
        due, self._due = self._due, []
        return [job for job in due if not job.cancelled]

    def _ask_partial_if_due(self) -> None:
        segment = self._speech.growing
        if segment is None or segment.is_silent:
            return
        if segment.resumed_sample > segment.asked_sample:  # the silence's decode had the rest
            wait_ms, since = self._plan.first_partial_ms, segment.resumed_sample
        elif segment.asked_sample:
            wait_ms, since = self._plan.partial_interval_ms, segment.asked_sample
        else:
            wait_ms = self._pre_roll_ms + self._plan.first_partial_ms
            since = segment.start_sample
        if (self._speech.end_sample - since) * 1000 >= wait_ms * SAMPLE_RATE_HZ:
            self._ask_partial(segment)

    def _ask_partial(self, segment: Segment, *, full_context: bool = False) -> None:
        segment.asked_sample = self._speech.end_sample
        language = self._language or segment.sure_language
        request = segment.request(
            self._plan.partial,
            self._speech.audio(segment.window.start_sample, segment.asked_sample),
            replace(self._options, language=language and language[0]),
            full_context=full_context,
            word_times=self._speech.may_part(segment, segment.asked_sample)
            or segment.window.is_long(segment.asked_sample),
        )
        self._ask(_Ticket(segment, segment.asked_sample, segment.window), DecodeJob(request))

    def _ask_final(self, segment: Segment, end_sample: int, *, full_context: bool = False) -> None:
        request = segment.request(
            self._plan.final,
            self._speech.audio(segment.start_sample, end_sample),
            replace(self._options, language=self._language and self._language[0]),
            full_context=full_context,
            is_final=True,
        )
        self._cancel_jobs_of(segment)  # partials still waiting: the final covers their audio
        job = DecodeJob(request, speculative=segment.end_sample is None)
        segment.final_job, segment.final_end_sample = job, end_sample
        self._ask(_Ticket(segment, end_sample, segment.whole), job)

    def _ask(self, ticket: _Ticket, job: DecodeJob) -> None:
        self._tickets[job] = ticket
        self._due.append(job)

    def _cancel_jobs_of(self, segment: Segment) -> None:
        for job, ticket in self._tickets.items():
            if ticket.segment is segment:
                job.cancelled = True

    # --- results in -----------------------------------------------------------------------------

    def job_done(self, job: Job, result: DecodeResult | Hypothesis) -> None:
        """A job ran."""
        ticket = self._tickets.pop(job, None)
        if ticket is None or not isinstance(job, DecodeJob) or not isinstance(result, DecodeResult):
            return
        doubt = doubt_of(job.request, result)
        if job is ticket.segment.final_job:
            self._on_final(job, ticket, result, doubt)
        else:
            self._on_hypothesis(job, ticket, result, doubt)
        self._say()

    def job_failed(self, job: Job, error: Exception) -> None:
        """A job raised or was given up: a final is asked for once more, then declared lost."""
        ticket = self._tickets.pop(job, None)
        if ticket is None or job is not ticket.segment.final_job:
            return
        segment = ticket.segment
        segment.final_failures += 1
        if segment.final_failures < _MAX_FINAL_FAILURES:
            self._ask_final(segment, ticket.end_sample)
        elif segment.end_sample is None:
            segment.drop_final()
        else:
            segment.lose(str(error))
            self._say()

    def job_dropped(self, job: Job) -> None:
        """A partial did not run, because a newer one took its place."""
        self._tickets.pop(job, None)

    def _on_hypothesis(
        self, job: DecodeJob, ticket: _Ticket, result: DecodeResult, doubt: Doubt | None
    ) -> None:
        """A partial came, or a final that speech overtook: either way text to show."""
        segment = ticket.segment
        if segment.final_result is not None or ticket.end_sample <= segment.heard_sample:
            return
        is_growing = segment is self._speech.growing and not segment.is_silent
        if doubt is None:
            shown = without_guess(result.hypothesis.words)
            hypothesis = replace(result.hypothesis, words=shown)
            self._hear(job, ticket, hypothesis)
            if is_growing and job.request.word_times:
                self._on(self._speech.part_if_long(segment))
                self._speech.shorten_window(segment)
        elif is_growing and not (job.request.full_context or doubt is Doubt.NO_SPEECH):
            segment.window = segment.whole
            self._ask_partial(segment, full_context=True)

    def _on_final(
        self, job: DecodeJob, ticket: _Ticket, result: DecodeResult, doubt: Doubt | None
    ) -> None:
        segment = ticket.segment
        if doubt is not None and not job.request.full_context:
            self._ask_final(segment, ticket.end_sample, full_context=True)
            return
        if doubt in (Doubt.NO_SPEECH, Doubt.RATE):
            result = replace(result, hypothesis=replace(result.hypothesis, words=()))
        segment.final_result = result
        self._hear(job, ticket, result.hypothesis)
        if segment.end_sample is not None:
            self._settle_final(segment)

    def _hear(self, job: DecodeJob, ticket: _Ticket, hypothesis: Hypothesis) -> None:
        segment = ticket.segment
        segment.hear(
            hypothesis,
            ticket.end_sample,
            window=ticket.window,
            is_timed=job.request.word_times,
        )
        if hypothesis.words:
            self._heard_language = segment.language

    # --- finals ---------------------------------------------------------------------------------

    def _settle_final(self, segment: Segment) -> None:
        """The segment is over: its final is there, on its way, or asked for now."""
        if segment.final_end_sample != segment.end_sample:
            segment.drop_final()
        if segment.final_result is not None:
            self._decide(segment, segment.final_result.hypothesis)
        elif segment.final_job is not None:
            segment.final_job.speculative = False
        elif segment.end_sample is not None:
            self._ask_final(segment, segment.end_sample)

    def _decide(self, segment: Segment, hypothesis: Hypothesis) -> None:
        segment.decide(hypothesis)
        surely = hypothesis.language_probability >= _MIN_LANGUAGE_PROBABILITY
        if self._language is None and not self._redetects and hypothesis.words and surely:
            self._language = (hypothesis.language, hypothesis.language_probability)
        self._say()

    # --- text out -------------------------------------------------------------------------------

    def outputs(self) -> list[Output]:
        """What there is to say since the last call, in order."""
        said, self._outputs = self._outputs, []
        return said

    def _say(self) -> None:
        self._outputs += self._display.refresh(self._speech)
        open_segments = set(self._speech.segments)
        for job in [job for job, its in self._tickets.items() if its.segment not in open_segments]:
            job.cancelled = True
            del self._tickets[job]

    # --- state ----------------------------------------------------------------------------------

    @property
    def settled_sample(self) -> int:
        """Everything before this sample is final or silence."""
        return self._speech.settled_sample

    @property
    def is_settled(self) -> bool:
        """Whether all audio pushed so far is final or silence and no job is awaited."""
        return self._speech.is_settled

    @property
    def language(self) -> tuple[str, float] | None:
        """The session's language and its probability; none while it is not known."""
        return self._language or self._heard_language

    def close(self) -> None:
        """Cancel all jobs and free what is held."""
        for job in self._tickets:
            job.cancelled = True
        self._tickets.clear()
        self._due.clear()
        self._speech.segments.clear()
