"""Raw PCM by its MIME type: its cut, its duration, and the header that makes it a file. [pure]"""

import re
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np

_MIME_TYPE = re.compile(r"audio/(pcm|l16)\b", re.IGNORECASE)
_PARAMETER = r";\s*{}\s*=\s*\"?(\d+)"
_SAMPLE_BYTES = 2
_DEFAULT_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class RawPcm:
    """16-bit samples of so many channels in turn; ``audio/l16`` (RFC 2586) is big-endian."""

    rate_hz: int
    channels: int
    is_big_endian: bool

    @classmethod
    def of(cls, mime_type: str) -> Self | None:
        """The layout that a MIME type names; none for a container."""
        kind = _MIME_TYPE.match(mime_type)
        if kind is None:
            return None
        return cls(
            rate_hz=_number(mime_type, "rate", _DEFAULT_RATE_HZ),
            channels=_number(mime_type, "channels", 1),
            is_big_endian=kind[1].lower() == "l16",
        )

    @property
    def frame_bytes(self) -> int:
        """One sample of every channel."""
        return _SAMPLE_BYTES * self.channels

    def duration_s(self, size_bytes: int) -> float:
        """How long so many bytes sound."""
        return size_bytes / (self.frame_bytes * self.rate_hz)

    def as_wav(self, audio: bytes) -> bytes:
        """The samples as a WAV file."""
        if self.is_big_endian:
            whole = len(audio) - len(audio) % _SAMPLE_BYTES
            audio = np.frombuffer(audio[:whole], ">i2").astype("<i2").tobytes()
        layout = struct.pack(
            "<HHIIHH",
            1,
            self.channels,
            self.rate_hz,
            self.rate_hz * self.frame_bytes,
            self.frame_bytes,
            8 * _SAMPLE_BYTES,
        )
        fmt = b"fmt " + struct.pack("<I", len(layout)) + layout
        data = b"data" + struct.pack("<I", len(audio))
        size = len(b"WAVE") + len(fmt) + len(data) + len(audio)
        return b"RIFF" + struct.pack("<I", size) + b"WAVE" + fmt + data + audio


def _number(mime_type: str, parameter: str, default: int) -> int:
    found = re.search(_PARAMETER.format(parameter), mime_type, re.IGNORECASE)
    return max(int(found[1]), 1) if found else default
