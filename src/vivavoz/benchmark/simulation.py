"""Sessions played in simulated real time: audio arrives by its own clock, decodes take what they
cost in processor time, so that the figures do not depend on what else the machine does."""

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from vivavoz.benchmark.score import View, words_of
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeResult,
    Engine,
    Pcm,
    RecognitionOptions,
    WindowEngine,
)
from vivavoz.recognition.recognizer import (
    DecodeJob,
    Final,
    Job,
    Lost,
    Partial,
    Recognizer,
    RecognizerSettings,
    open_recognizer,
)
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.vad.segmenter import Segmenter, SegmentEvent, SpeechEnded
from vivavoz.vad.silero import SpeechDetector

BLOCK_S = 0.1


@dataclass(slots=True)
class Playback:
    """What happened while one recording was played.

    ``final_times_s``: when each final was there. ``endpoint_to_final_s``: for each final that an
    endpoint closed, from the endpoint until it was there; ``speech_end_to_final_s``: the same from
    where the voice detector heard the last of it. ``work_s``: processor time of all
    decodes; ``other_work_s``: of voice detection and the recogniser itself.
    """

    duration_s: float
    views: list[View] = field(default_factory=list)
    finals: list[Final] = field(default_factory=list)
    final_times_s: list[float] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    endpoint_to_final_s: list[float] = field(default_factory=list)
    speech_end_to_final_s: list[float] = field(default_factory=list)
    work_s: float = 0.0
    other_work_s: float = 0.0
    encoded_s: float = 0.0
    decoded_tokens: int = 0
    partial_jobs: int = 0
    final_jobs: int = 0

    @property
    def text(self) -> str:
        """The finals as one text."""
        return " ".join(final.text for final in self.finals)


def play(
    engine: Engine, options: RecognitionOptions, settings: RecognizerSettings, audio: Pcm
) -> Playback:
    """Play one recording to a recogniser of its own, with one worker that decodes."""
    return _Player(engine, options, settings, audio).play()


class _Player:
    """One session, one worker, one clock."""

    def __init__(
        self,
        engine: Engine,
        options: RecognitionOptions,
        settings: RecognizerSettings,
        audio: Pcm,
    ) -> None:
        self._engine = engine
        self._recognizer: Recognizer = open_recognizer(engine, options, settings)
        self._audio = audio
        self._detector = SpeechDetector()
        self._endpoints = _Endpoints(Segmenter(settings.rules))
        self._queue: list[Job] = []
        self._is_busy = False
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._now_s = 0.0
        self._shown: tuple[str, ...] = ()
        self._result = Playback(duration_s=len(audio) / SAMPLE_RATE_HZ)

    def play(self) -> Playback:
        block = round(BLOCK_S * SAMPLE_RATE_HZ)
        for start in range(0, len(self._audio), block):
            samples = self._audio[start : start + block]
            at_s = (start + len(samples)) / SAMPLE_RATE_HZ
            self._at(at_s, partial(self._hear, samples))
        self._at(len(self._audio) / SAMPLE_RATE_HZ, self._stop)
        while self._events:
            self._now_s, _, action = heapq.heappop(self._events)
            action()
            self._look()
            self._queue += self._recognizer.next_jobs()
            self._start_next()
        return self._result

    def _at(self, time_s: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time_s, next(self._order), action))

    def _hear(self, samples: Pcm) -> None:
        began = time.process_time()
        probabilities = self._detector.push(samples)
        self._recognizer.push(samples, probabilities)
        self._result.other_work_s += time.process_time() - began
        self._endpoints.push(probabilities, self._now_s)

    def _stop(self) -> None:
        self._recognizer.flush()
        self._endpoints.flush(self._now_s)

    def _start_next(self) -> None:
        if self._is_busy:
            return
        job = self._take()
        if job is None:
            return
        self._is_busy = True
        began = time.process_time()
        result = self._run(job)
        cost_s = time.process_time() - began
        self._result.work_s += cost_s
        self._at(self._now_s + cost_s, lambda: self._finish(job, result))

    def _take(self) -> Job | None:
        """The next job as a scheduler picks it: finals first, then the newest partial."""
        self._queue = [job for job in self._queue if not job.cancelled]
        partials = [job for job in self._queue if job.purpose == "partial"]
        for job in partials[:-1]:
            self._queue.remove(job)
            self._recognizer.job_dropped(job)
        self._queue.sort(key=lambda job: job.purpose == "partial")
        return self._queue.pop(0) if self._queue else None

    def _run(self, job: Job) -> DecodeResult | Hypothesis:
        if not isinstance(job, DecodeJob):
            return job.run()
        if not isinstance(self._engine, WindowEngine):
            raise TypeError(f"{type(self._engine).__name__} decodes no windows.")
        result = self._engine.decode([job.request])[0]
        self._result.encoded_s += result.encoded_s
        self._result.decoded_tokens += result.decoded_tokens
        if job.purpose == "final":
            self._result.final_jobs += 1
        else:
            self._result.partial_jobs += 1
        return result

    def _finish(self, job: Job, result: DecodeResult | Hypothesis) -> None:
        self._is_busy = False
        self._recognizer.job_done(job, result)

    def _look(self) -> None:
        """What the reader sees now."""
        shown: tuple[str, ...] | None = None
        outputs = self._recognizer.outputs()
        for output in outputs:
            match output:
                case Partial():
                    shown = words_of(output.text)
                case Final():
                    shown = ()
                    self._result.finals.append(output)
                    self._result.final_times_s.append(self._now_s)
                    endpoint = self._endpoints.by_end_sample.get(output.end_sample)
                    if endpoint is not None:
                        self._result.endpoint_to_final_s.append(self._now_s - endpoint.noticed_s)
                        self._result.speech_end_to_final_s.append(
                            self._now_s - endpoint.speech_end_s
                        )
                case Lost():
                    self._result.lost.append(output)
        if shown is None:
            return
        words = words_of(self._result.text) + shown
        if words != self._shown:
            self._shown = words
            self._result.views.append(View(self._now_s, words))


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """When an utterance's end was noticed, and when it was."""

    noticed_s: float
    speech_end_s: float


class _Endpoints:
    """Each endpoint, by the end of its utterance's audio."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self.by_end_sample: dict[int, _Endpoint] = {}

    def push(self, probabilities: Sequence[float], now_s: float) -> None:
        for probability in probabilities:
            self._note(self._segmenter.push(probability), now_s)

    def flush(self, now_s: float) -> None:
        self._note(self._segmenter.flush(), now_s)

    def _note(self, events: Sequence[SegmentEvent], now_s: float) -> None:
        for event in events:
            if isinstance(event, SpeechEnded):
                speech_end_s = event.speech_end_sample / SAMPLE_RATE_HZ
                self.by_end_sample[event.end_sample] = _Endpoint(now_s, speech_end_s)
