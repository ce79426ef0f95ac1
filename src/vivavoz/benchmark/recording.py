"""Recordings whose words and their times are known."""

import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from vivavoz.benchmark.score import SpokenWord
from vivavoz.errors import InvalidFormatError, NotFoundError
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm


@dataclass(frozen=True, slots=True)
class Recording:
    """A WAV and the JSON beside it: text, language and the times of its words."""

    name: str
    audio: Pcm
    language: str
    words: tuple[SpokenWord, ...]
    starts_s: float

    @property
    def duration_s(self) -> float:
        """Length of the audio."""
        return len(self.audio) / SAMPLE_RATE_HZ

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``path`` (16 kHz mono, 16 bits) and its JSON: ``{"language": "es", "words":
        [{"word": "Hola", "start": 0.31, "end": 0.72}, ...]}``.

        Raises:
            InvalidFormatError: the WAV or its JSON is not of this form.
        """
        try:
            with wave.open(str(path)) as file:
                form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
                samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            words = tuple(SpokenWord(word["word"], word["end"]) for word in truth["words"])
            language, starts_s = truth["language"], truth["words"][0]["start"]
        except (wave.Error, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
            raise InvalidFormatError(
                f"{path.name} needs a WAV and a JSON of the same name with its language and words."
            ) from error
        if form != (SAMPLE_RATE_HZ, 1, 2):
            raise InvalidFormatError(f"{path.name} must be 16 kHz, mono, 16 bits.")
        return cls(
            name=path.stem,
            audio=samples.astype(np.float32) / np.float32(32768),
            language=language,
            words=words,
            starts_s=starts_s,
        )


def load_recordings(folder: Path, pattern: str = "*") -> Sequence[Recording]:
    """All recordings of a folder whose name matches, by name.

    Raises:
        NotFoundError: there is none.
        InvalidFormatError: one is not of the form of ``Recording.load``.
        OSError: a file cannot be read.
    """
    paths = sorted(folder.glob(f"{pattern}.wav"))
    if not paths:
        raise NotFoundError(f"{folder} holds no recording {pattern}.wav; name another folder.")
    return [Recording.load(path) for path in paths]
