"""The built-in English engine on recordings of people: errors, speed and delays.

    python benchmarks/human_speech.py [--engine whisper --model DIR] [FOLDER]

The recordings are those of ``scripts/fetch_human_speech.py`` unless a folder is given: WAVs of 16
kHz mono, each with a TXT of its words. They are played in simulated real time (see
``vivavoz.benchmark``), with one core for recognition. When the first word begins is what voice
detection says, since nobody has noted it.
"""

import argparse
import subprocess
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoz.benchmark.score import aligned, percentile, words_of
from vivavoz.benchmark.simulation import Playback, play
from vivavoz.engines.registry import load_engine
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Engine, Pcm, RecognitionOptions
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.settings import EngineChoice, Settings
from vivavoz.vad.frames import FRAME_SAMPLES
from vivavoz.vad.silero import SpeechDetector

FETCH = Path(__file__).parent.parent / "scripts" / "fetch_human_speech.py"
SPEECH_PROBABILITY = 0.5
PAUSE_S = 1.5
"""Silence after each recording, as when a speaker stops and listens."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording: what was said, what came out and when."""

    reference: tuple[str, ...]
    playback: Playback
    speech_s: tuple[float, float]

    @property
    def errors(self) -> int:
        """Words wrong, missing and too many."""
        heard = words_of(self.playback.text)
        pairs = aligned(self.reference, heard)
        return sum(i is None or j is None or self.reference[i] != heard[j] for i, j in pairs)

    @property
    def first_partial_s(self) -> float | None:
        """From the first speech until the first word was shown."""
        shown = (view.time_s for view in self.playback.views if view.words)
        first_s = next(shown, None)
        return None if first_s is None else first_s - self.speech_s[0]

    @property
    def last_final_s(self) -> float | None:
        """From the end of the speech until its last final was there."""
        times_s = self.playback.final_times_s
        return times_s[-1] - self.speech_s[1] if times_s else None


def hear(engine: Engine, settings: RecognizerSettings, wav: Path) -> Heard:
    """Play one recording and the silence after it."""
    with wave.open(str(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    audio = samples.astype(np.float32) / np.float32(32768)
    silence = np.zeros(int(PAUSE_S * SAMPLE_RATE_HZ), np.float32)
    playback = play(
        engine, RecognitionOptions(language="en"), settings, np.concatenate([audio, silence])
    )
    words = words_of(wav.with_suffix(".txt").read_text(encoding="utf-8"))
    return Heard(words, playback, speech_of(audio))


def speech_of(audio: Pcm) -> tuple[float, float]:
    """Where the voice detector hears the first speech begin and the last end, in seconds."""
    probabilities = np.array(SpeechDetector().push(audio))
    frames = np.flatnonzero(probabilities > SPEECH_PROBABILITY)
    frame_s = FRAME_SAMPLES / SAMPLE_RATE_HZ
    return frames[0] * frame_s, (frames[-1] + 1) * frame_s


def row(name: str, heard: Sequence[Heard]) -> str:
    """One line of the table."""
    words = sum(len(one.reference) for one in heard)
    audio_s = sum(one.playback.duration_s for one in heard)
    first_s = [one.first_partial_s for one in heard if one.first_partial_s is not None]
    final_s = [one.last_final_s for one in heard if one.last_final_s is not None]
    cells = [
        name,
        f"{len(heard)}",
        f"{words}",
        f"{100 * sum(one.errors for one in heard) / words:.1f}%",
        f"{sum(one.playback.work_s for one in heard) / audio_s:.2f}",
        f"{percentile(first_s, 0.5):.2f} s",
        f"{max(first_s):.2f} s",
        f"{percentile(final_s, 0.5):.2f} s",
        f"{max(final_s):.2f} s",
    ]
    return f"| {' | '.join(cells)} |"


HEADINGS = (
    "Recordings",
    "Number",
    "Words",
    "Word error rate",
    "Real-time factor",
    "First partial, median",
    "First partial, latest",
    "Final after speech, median",
    "Final after speech, latest",
)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="An engine on recordings of people.")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--engine", type=EngineChoice, default=EngineChoice.POCKETSPHINX)
    parser.add_argument("--model", default="base")
    given = parser.parse_args()
    folder = given.folder
    if folder is None:
        fetched = subprocess.run(
            [sys.executable, FETCH], check=True, capture_output=True, text=True
        )
        folder = Path(fetched.stdout.strip())
    settings = Settings(engine=given.engine, model=given.model)
    engine = load_engine(settings, lambda progress: None).engine
    policy = RecognizerSettings.from_settings(settings)
    groups: dict[str, list[Heard]] = {}
    for wav in sorted(folder.glob("*.wav")):
        groups.setdefault(wav.stem.partition("-")[0], []).append(hear(engine, policy, wav))
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---" * len(HEADINGS) + "|")
    for name, heard in groups.items():
        print(row(name, heard))
    print(row("all", [one for heard in groups.values() for one in heard]))


if __name__ == "__main__":
    main()
