"""Decoding of a whole recording, from a file or from memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

import av
from av.container import InputContainer

from vivavoz.audio.container import PacketDecoder
from vivavoz.audio.pcm import SAMPLE_RATE_HZ, Pcm
from vivavoz.audio.resampler import MonoResampler
from vivavoz.errors import InvalidFormatError

# Playlists and the like are left out: they open other files and addresses.
_DEMUXERS = "aac,aiff,amr,asf,au,avi,caf,flac,matroska,mov,mp3,mpeg,mpegts,ogg,w64,wav,wv"
_WITHOUT_HEADER = {"aac"}
"""FFmpeg guesses how long these are from how their first frames were coded."""
_BLOCK_SAMPLES = SAMPLE_RATE_HZ // 2


@dataclass(frozen=True, slots=True, eq=False)
class AudioFile:
    """An open recording. ``duration_s`` is what its header says, none if nothing; ``blocks`` is
    its audio, in blocks of about half a second, and can be run once."""

    duration_s: float | None
    blocks: Iterator[Pcm]


@contextmanager
def open_audio_file(recording: Path | bytes) -> Iterator[AudioFile]:
    """Open a recording of any common container, on disk or in memory; the first audio stream of
    a video counts. ``blocks`` raises ``InvalidFormatError`` too.

    Raises:
        InvalidFormatError: it holds no sound that can be decoded.
        OSError: the file cannot be opened.
    """
    with _readable(recording) as stream:
        try:
            container = av.open(
                stream, "r", options={"format_whitelist": _DEMUXERS}, metadata_errors="replace"
            )
        except av.FFmpegError as error:
            raise _invalid() from error
        with container:
            decoder = PacketDecoder(container)
            yield AudioFile(_duration_s(container), _blocks(decoder))


def _readable(recording: Path | bytes) -> IO[bytes]:
    return BytesIO(recording) if isinstance(recording, bytes) else recording.open("rb")


def _duration_s(container: InputContainer) -> float | None:
    if container.format.name in _WITHOUT_HEADER or not container.duration:
        return None
    return container.duration / av.time_base


def _blocks(decoder: PacketDecoder) -> Iterator[Pcm]:
    resampler = MonoResampler()
    for packet in decoder.packets():
        for frame in decoder.decode(packet):
            resampler.push(frame)
        if resampler.due_samples - resampler.out_samples >= _BLOCK_SAMPLES:
            yield resampler.pull()
    if not resampler.due_samples:
        raise _invalid()
    yield resampler.flush()


def _invalid() -> InvalidFormatError:
    return InvalidFormatError(
        "No sound can be decoded from this file: it is damaged, or no recording of a common kind. "
        "Convert it to WAV, MP3, M4A, Ogg, FLAC or WebM and try again."
    )
