"""A recogniser, the voice detector and an engine in one thread."""

import json
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vivavoz.benchmark.score import SpokenWord, aligned, words_of
from vivavoz.recognition.engine import Pcm, RecognitionOptions, WindowEngine
from vivavoz.recognition.jobs import DecodeJob
from vivavoz.recognition.outputs import Final, Output, Partial
from vivavoz.recognition.recognizer import RecognizerSettings, open_recognizer
from vivavoz.vad.silero import SpeechDetector

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "fixture-model" / "samples"


@dataclass(frozen=True)
class Sample:
    """A recording of the fixture and what is said in it."""

    name: str
    language: str
    audio: Pcm
    words: tuple[SpokenWord, ...]

    @classmethod
    def load(cls, name: str) -> "Sample":
        """Read a recording by its name, such as ``es-1``."""
        with wave.open(str(SAMPLES / f"{name}.wav")) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        truth = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        return cls(
            name,
            truth["language"],
            samples.astype(np.float32) / np.float32(32768),
            tuple(SpokenWord(word["word"], word["end"]) for word in truth["words"]),
        )

    def errors_in(self, text: str) -> int:
        """Word errors of a transcript, without regard to case and punctuation."""
        spoken, heard = words_of(" ".join(word.text for word in self.words)), words_of(text)
        return sum(
            i is None or j is None or spoken[i] != heard[j] for i, j in aligned(spoken, heard)
        )

    def word_error_rate(self, text: str) -> float:
        """Word errors as a share of the words spoken."""
        return self.errors_in(text) / len(self.words)


@dataclass
class Heard:
    """What a recogniser said to one recording."""

    outputs: list[Output] = field(default_factory=list)
    language: tuple[str, float] | None = None

    @property
    def finals(self) -> list[Final]:
        """The finals."""
        return [output for output in self.outputs if isinstance(output, Final)]

    @property
    def partials(self) -> list[Partial]:
        """The partials."""
        return [output for output in self.outputs if isinstance(output, Partial)]

    @property
    def text(self) -> str:
        """The finals as one text."""
        return " ".join(final.text for final in self.finals)


def recognise(
    engine: WindowEngine,
    audio: Pcm,
    settings: RecognizerSettings,
    options: RecognitionOptions,
    *,
    block_ms: int = 200,
    detect: Callable[[Pcm], Sequence[float]] | None = None,
) -> Heard:
    """Play ``audio`` to a recogniser of its own, in blocks, and answer each job at once.

    ``detect`` takes the place of the voice detector.
    """
    recognizer = open_recognizer(engine, options, settings)
    detect = detect or SpeechDetector().push
    heard = Heard()

    def answer() -> None:
        while jobs := recognizer.next_jobs():
            for job in jobs:
                assert isinstance(job, DecodeJob)
                recognizer.job_done(job, engine.decode([job.request])[0])
        heard.outputs += recognizer.outputs()

    block = 16 * block_ms
    for start in range(0, len(audio), block):
        samples = audio[start : start + block]
        recognizer.push(samples, detect(samples))
        answer()
    recognizer.flush()
    answer()
    assert recognizer.is_settled
    heard.language = recognizer.language
    recognizer.close()
    return heard
