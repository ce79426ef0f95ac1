"""What every test may ask for: human speech, the small Whisper model, a browser."""

import os
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

for variable in [name for name in os.environ if name.startswith("VIVAVOZ_")]:
    del os.environ[variable]  # settings of whoever runs the tests


@dataclass(frozen=True)
class HumanRecording:
    """One recording of human speech: a 16-bit mono WAV file and the words spoken in it.

    ``transcript`` is lower-case English without punctuation.
    """

    path: Path
    transcript: str

    @property
    def name(self) -> str:
        """``librivox-0870``, ``cards-001``, ``goforward``, ..."""
        return self.path.stem

    @property
    def sample_rate_hz(self) -> int:
        """Of the file; 16000 for all of them."""
        with wave.open(str(self.path), "rb") as wav:
            return wav.getframerate()

    @property
    def duration_s(self) -> float:
        """Length of the recording in seconds."""
        with wave.open(str(self.path), "rb") as wav:
            return wav.getnframes() / wav.getframerate()


def _script(name: str) -> Path:
    """Run one of our scripts; return the path on the last line that it prints."""
    command = [sys.executable, str(ROOT / "scripts" / name)]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)
    if finished.returncode:
        pytest.fail(f"scripts/{name} failed:\n{finished.stdout}{finished.stderr}", pytrace=False)
    return Path(finished.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def human_speech() -> Path:
    """Folder of human speech: pairs ``NAME.wav`` (16 kHz, 16 bit, mono) and ``NAME.txt``.

    ``librivox-0870``, ``-0880``, ``-0890``, ``-0920``, ``-0930`` are sentences read from a novel,
    3 to 7 seconds long; ``cards-001`` to ``cards-005`` name playing cards; ``goforward`` is "go
    forward ten meters". Fetched by ``scripts/fetch_human_speech.py`` if it is not there yet.
    """
    return _script("fetch_human_speech.py")


@pytest.fixture(scope="session")
def human_recordings(human_speech: Path) -> dict[str, HumanRecording]:
    """The recordings of ``human_speech`` by name, in alphabetical order."""
    return {
        path.stem: HumanRecording(path, path.with_suffix(".txt").read_text().strip())
        for path in sorted(human_speech.glob("*.wav"))
    }


@pytest.fixture(scope="session")
def fixture_model() -> Path:
    """Directory of the small Whisper model of the tests, in CTranslate2's format."""
    return ROOT / "tests" / "fixtures" / "fixture-model" / "model"


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium or Chrome that works; ``make test`` installs one where there is none."""
    return _script("find_browser.py")
