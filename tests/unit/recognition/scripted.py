"""Recognition without a model: speech that is known, and engines that hear exactly what the audio
handed to them holds. The recognisers under test are the real ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeRequest,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.jobs import DecodeJob, Job
from vivavoz.recognition.outputs import Final, Lost, Output, Partial
from vivavoz.recognition.profiles import PROFILES, RecognizerSettings
from vivavoz.recognition.recognizer import Recognizer
from vivavoz.recognition.transcript import Hypothesis, Word
from vivavoz.recognition.window_recognizer import WindowRecognizer
from vivavoz.settings import Profile
from vivavoz.vad.frames import FRAME_SAMPLES
from vivavoz.vad.segmenter import EndpointRules

SETTINGS = RecognizerSettings(rules=EndpointRules(), plan=PROFILES[Profile.BALANCED])
OPTIONS = RecognitionOptions(language="en")
BLOCK_SAMPLES = 1600

CAPABILITIES = EngineCapabilities(
    name="scripted",
    model="none",
    device="cpu",
    languages=frozenset({"en", "es"}),
    detects_language=True,
    takes_prompts=True,
)

SENTENCE = "my brother works in the big office with a red book"
LONG = " ".join(f"w{number}" for number in range(150))


@dataclass
class Speech:
    """Words at known times. Every sample of ``audio`` has a value of its own, so that any window
    cut from it says where it came from."""

    words: list[Word]
    duration_s: float
    audio: Pcm = field(init=False)

    def __post_init__(self) -> None:
        count = round(self.duration_s * SAMPLE_RATE_HZ)
        noise = np.random.default_rng(7).permutation(count).astype(np.float32) + 1
        level = np.full(count, 1e-9, np.float32)
        for word in self.words:
            inside = slice(round(word.start_s * SAMPLE_RATE_HZ), round(word.end_s * SAMPLE_RATE_HZ))
            level[inside] = 1e-7
        self.audio = noise * level

    @classmethod
    def of(
        cls, text: str, *, start_s: float = 0.5, word_s: float = 0.3, gap_s: float = 0.1
    ) -> "Speech":
        """Evenly spaced words; each ``|`` in the text is a pause of one second, ``-`` of 250 ms."""
        words: list[Word] = []
        now_s = start_s
        for token in text.split():
            if token in ("|", "-"):
                now_s += 1.0 if token == "|" else 0.25
                continue
            words.append(Word(f" {token}", now_s, now_s + word_s, 0.9))
            now_s += word_s + gap_s
        return cls(words, now_s + 1.0)

    @property
    def text(self) -> str:
        """All that is said."""
        return " ".join(word.text.strip() for word in self.words)

    @cached_property
    def probabilities(self) -> list[float]:
        """Speech probability of each whole frame: gaps of less than 120 ms count as speech."""
        frames = len(self.audio) // FRAME_SAMPLES
        result = []
        for index in range(frames):
            middle_s = (index + 0.5) * FRAME_SAMPLES / SAMPLE_RATE_HZ
            near = any(w.start_s - 0.06 <= middle_s <= w.end_s + 0.06 for w in self.words)
            result.append(0.95 if near else 0.02)
        return result

    def place_of(self, audio: Pcm) -> int:
        """Where in the session a window starts."""
        first, second = audio[:2]
        [place] = np.flatnonzero((self.audio[:-1] == first) & (self.audio[1:] == second))
        return int(place)

    def heard_in(self, audio: Pcm) -> tuple[Word, ...]:
        """The words whose middle lies in the window, in the window's time."""
        start_s = self.place_of(audio) / SAMPLE_RATE_HZ
        end_s = start_s + len(audio) / SAMPLE_RATE_HZ
        return tuple(
            word.shifted(-start_s)
            for word in self.words
            if start_s <= (word.start_s + word.end_s) / 2 and word.end_s <= end_s + 0.05
        )

    def decode(self, request: DecodeRequest) -> DecodeResult:
        """What a perfect engine answers."""
        return DecodeResult(Hypothesis(self.heard_in(request.audio), "en", 0.99))


@dataclass
class Session:
    """A recogniser being played a speech, with jobs answered by ``decode`` as they come."""

    speech: Speech
    recognizer: Recognizer
    decode: Callable[[DecodeRequest], DecodeResult]
    played_samples: int = 0
    jobs: list[Job] = field(default_factory=list)
    asked: list[DecodeRequest] = field(default_factory=list)
    """The requests answered so far."""
    said: list[Output] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    """All text that a reader sees, after each look."""

    def play(self, *, until_s: float | None = None, answer: bool = True) -> "Session":
        """Push audio from where the last call stopped; ``answer``: run the jobs as they come."""
        probabilities = self.speech.probabilities
        end = len(self.speech.audio) if until_s is None else round(until_s * SAMPLE_RATE_HZ)
        start = self.played_samples
        while start < end:
            stop = min(start + BLOCK_SAMPLES, end)
            frames = probabilities[start // FRAME_SAMPLES : stop // FRAME_SAMPLES]
            self.recognizer.push(self.speech.audio[start:stop], frames)
            start = stop
            self.played_samples = start
            self.collect()
            if answer:
                self.answer_all()
        return self

    def stop(self) -> "Session":
        """End of the audio: flush and answer what is still due."""
        self.recognizer.flush()
        self.collect()
        self.answer_all()
        return self

    def collect(self) -> list[Job]:
        """Take what is due."""
        due = self.recognizer.next_jobs()
        self.jobs += due
        self._look()
        return due

    def answer(self, job: Job) -> None:
        """Run one job."""
        self.jobs.remove(job)
        assert isinstance(job, DecodeJob)
        self.asked.append(job.request)
        self.recognizer.job_done(job, self.decode(job.request))
        self._look()

    def answer_all(self) -> None:
        """Run jobs until none is left."""
        while self.jobs:
            job = self.jobs[0]
            if job.cancelled:
                self.jobs.remove(job)
            else:
                self.answer(job)
            self.collect()

    def _look(self) -> None:
        new = self.recognizer.outputs()
        self.said += new
        self.settled.append(self.recognizer.settled_sample)
        if new:
            last = new[-1]
            partial = last.text if isinstance(last, Partial) else ""
            self.views.append(f"{self.text} {partial}".strip())

    @property
    def finals(self) -> list[Final]:
        """The finals so far."""
        return [output for output in self.said if isinstance(output, Final)]

    @property
    def partials(self) -> list[Partial]:
        """The partials so far."""
        return [output for output in self.said if isinstance(output, Partial)]

    @property
    def lost(self) -> list[Lost]:
        """What was declared lost."""
        return [output for output in self.said if isinstance(output, Lost)]

    @property
    def text(self) -> str:
        """The finals as one text."""
        return " ".join(final.text for final in self.finals)


def requests_of(jobs: Sequence[Job]) -> list[DecodeRequest]:
    """The requests of decode jobs."""
    return [job.request for job in jobs if isinstance(job, DecodeJob)]


def session(
    text: str = SENTENCE,
    *,
    options: RecognitionOptions = OPTIONS,
    settings: RecognizerSettings = SETTINGS,
    **pace: float,
) -> Session:
    """A speech of that text, and the recogniser of window engines that it is played to."""
    speech = Speech.of(text, **pace)
    return Session(speech, WindowRecognizer(CAPABILITIES, options, settings), speech.decode)
