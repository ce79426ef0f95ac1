#!/usr/bin/env python3
"""Fetch the human speech that the tests play, and print the folder it lies in.

The recordings and their transcripts are the test data of PocketSphinx 5.1.1's source archive, which
pip finds through whatever index it is set up with and checks by its hash. They are unpacked into
``.cache/human-speech`` as pairs ``NAME.wav`` (16 kHz, 16 bit, mono) and ``NAME.txt`` (one line of
lower-case words), and are not part of this repository.
"""

import io
import re
import subprocess
import sys
import tarfile
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "human-speech"
SOURCE = "pocketsphinx-5.1.1"
SHA256 = "675778b309a22dfc9b7d37f7621976bba491d2a5f8c59696bd77fd6d07271355"
SAMPLE_RATE_HZ = 16_000
TRANSCRIPTION_LINE = re.compile(r"<s> (?P<words>.*?)\s*</s> \((?P<recording>.+)\)")


def download(folder: Path) -> Path:
    """Let pip put the source archive into ``folder``; return its path."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{SOURCE.replace('-', '==')} --hash=sha256:{SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    arguments = ["--no-binary", "pocketsphinx", "--dest", str(folder), "-r", str(requirements)]
    subprocess.run([*pip, *arguments], check=True, stdout=sys.stderr)
    return folder / f"{SOURCE}.tar.gz"


def transcripts(transcription: bytes) -> Iterator[tuple[str, str]]:
    """Pairs of recording and words from a file in the Sphinx transcription format."""
    for line in transcription.decode().splitlines():
        if match := TRANSCRIPTION_LINE.fullmatch(line.strip()):
            yield match["recording"], match["words"]


def wav_of(pcm: bytes) -> bytes:
    """Raw 16-bit mono PCM as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", "not compressed"))
        wav.writeframes(pcm)
    return file.getvalue()


def recordings(archive: Path) -> Iterator[tuple[str, bytes, str]]:
    """Name, WAV file and transcript of each recording in the archive."""
    with tarfile.open(archive) as tar:

        def read(path: str) -> bytes:
            member = tar.extractfile(f"{SOURCE}/test/data/{path}")
            if member is None:
                raise FileNotFoundError(path)
            return member.read()

        for folder, file in (("librivox", "transcription"), ("cards", "cards.transcription")):
            for recording, words in transcripts(read(f"{folder}/{file}")):
                wav = read(f"{folder}/{recording}.wav")
                yield f"{folder}-{recording.rpartition('-')[2]}", wav, words
        yield "goforward", wav_of(read("goforward.raw")), "go forward ten meters"


def main() -> None:
    """Fetch once; safe to run several times at once."""
    if not FOLDER.exists():
        FOLDER.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent) as temporary:
            whole = Path(temporary, "whole")
            whole.mkdir()
            for name, wav, transcript in recordings(download(Path(temporary))):
                (whole / f"{name}.wav").write_bytes(wav)
                (whole / f"{name}.txt").write_text(f"{transcript}\n")
            try:
                whole.rename(FOLDER)
            except OSError:
                if not FOLDER.exists():  # else another process was faster
                    raise
    print(FOLDER)


if __name__ == "__main__":
    main()
