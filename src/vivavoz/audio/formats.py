"""MIME types into containers and codecs. [pure]

The names are those that browsers' MediaRecorder, RFC 2586 (``audio/l16``), RFC 6381 (``codecs``)
and the Vivavoz protocol (``audio/pcm``) use.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from vivavoz.errors import UnsupportedFormatError

MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 384_000
MIN_CHANNELS, MAX_CHANNELS = 1, 32


class Container(StrEnum):
    """How the bytes are framed."""

    WEBM = "webm"
    OGG = "ogg"
    MP4 = "mp4"
    WAV = "wav"
    MP3 = "mp3"
    AAC = "aac"
    FLAC = "flac"
    RAW = "raw"


class SampleFormat(StrEnum):
    """How one sample of uncompressed audio is written, by FFmpeg's names."""

    U8 = "u8"
    S16LE = "s16le"
    S16BE = "s16be"
    S24LE = "s24le"
    S32LE = "s32le"
    F32LE = "f32le"
    F64LE = "f64le"
    ALAW = "alaw"
    MULAW = "mulaw"

    @property
    def sample_bytes(self) -> int:
        """Size of one sample of one channel."""
        return _SAMPLE_BYTES[self]


_SAMPLE_BYTES = {
    SampleFormat.U8: 1,
    SampleFormat.ALAW: 1,
    SampleFormat.MULAW: 1,
    SampleFormat.S16LE: 2,
    SampleFormat.S16BE: 2,
    SampleFormat.S24LE: 3,
    SampleFormat.S32LE: 4,
    SampleFormat.F32LE: 4,
    SampleFormat.F64LE: 8,
}


@dataclass(frozen=True, slots=True)
class RawLayout:
    """What raw PCM cannot say of itself: samples of ``channels`` interleaved channels."""

    sample_format: SampleFormat
    rate_hz: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        """Size of one sample of all channels."""
        return self.sample_format.sample_bytes * self.channels


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What a MIME type says. ``codec`` is none where the MIME type leaves it to the container;
    ``raw`` is there exactly when ``container`` is ``RAW``."""

    mime_type: str
    container: Container
    codec: str | None = None
    raw: RawLayout | None = None


_CONTAINERS = {
    "audio/webm": Container.WEBM,
    "audio/ogg": Container.OGG,
    "audio/mp4": Container.MP4,
    "audio/m4a": Container.MP4,
    "audio/x-m4a": Container.MP4,
    "audio/wav": Container.WAV,
    "audio/x-wav": Container.WAV,
    "audio/wave": Container.WAV,
    "audio/vnd.wave": Container.WAV,
    "audio/mpeg": Container.MP3,
    "audio/mp3": Container.MP3,
    "audio/aac": Container.AAC,
    "audio/flac": Container.FLAC,
    "audio/x-flac": Container.FLAC,
}
_RAW = {"audio/pcm": SampleFormat.S16LE, "audio/l16": SampleFormat.S16BE}

_CODECS = {
    Container.WEBM: {"opus", "vorbis", "pcm"},
    Container.OGG: {"opus", "vorbis", "flac"},
    Container.MP4: {"opus", "aac", "flac", "mp3", "alac"},
    Container.WAV: {"pcm"},
    Container.MP3: {"mp3"},
    Container.AAC: {"aac"},
    Container.FLAC: {"flac"},
}
_CODEC_PATTERNS = {
    "opus": r"opus",
    "vorbis": r"vorbis",
    "flac": r"flac",
    "alac": r"alac",
    "mp3": r"mp3|mp4a\.(69|6b|40\.34)",
    "aac": r"aac|mp4a(\.40(\.\d+)?|\.67)?",
    "pcm": r"pcm|1",
}

SUPPORTED = (
    "audio/webm;codecs=opus, audio/webm;codecs=pcm, audio/ogg;codecs=opus, audio/mp4, audio/wav, "
    "audio/mpeg, audio/aac, audio/flac, audio/pcm;rate=N;channels=N (16-bit little-endian) and "
    "audio/l16;rate=N;channels=N (16-bit big-endian)"
)

_MAX_MIME_TYPE_CHARACTERS = 200
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*("[^"]*"|[^;"]*?)\s*(?=;|$)')
_MIME_TYPE = re.compile(rf"\s*([\w-]+/[\w.+-]+)\s*((?:{_PARAMETER.pattern})*)\s*;?\s*", re.ASCII)


def parse_mime_type(text: str) -> AudioFormat:
    """What a stream announced as ``text`` holds.

    Raises:
        UnsupportedFormatError: it is no audio type that can be decoded while it grows.
    """
    kind, parameters = _split(text)
    if kind in _RAW:
        raw = RawLayout(
            _RAW[kind],
            rate_hz=_number(text, parameters, "rate", MIN_RATE_HZ, MAX_RATE_HZ),
            channels=_number(text, parameters, "channels", MIN_CHANNELS, MAX_CHANNELS),
        )
        return AudioFormat(text, Container.RAW, "pcm", raw)
    if kind not in _CONTAINERS:
        raise _unsupported(text)
    container = _CONTAINERS[kind]
    return AudioFormat(text, container, _codec(text, parameters, container))


def _split(text: str) -> tuple[str, dict[str, str]]:
    match = _MIME_TYPE.fullmatch(text) if len(text) <= _MAX_MIME_TYPE_CHARACTERS else None
    if match is None:
        raise _unsupported(text)
    parameters = {
        name.lower(): value.strip('"').strip() for name, value in _PARAMETER.findall(match[2])
    }
    return match[1].lower(), parameters


def _codec(text: str, parameters: dict[str, str], container: Container) -> str | None:
    name = parameters.get("codecs", parameters.get("codec", "")).lower()
    if not name:
        return None
    for codec in _CODECS[container]:
        if re.fullmatch(_CODEC_PATTERNS[codec], name):
            return codec
    raise _unsupported(text)


def _number(text: str, parameters: dict[str, str], name: str, least: int, most: int) -> int:
    value = parameters.get(name, "")
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise UnsupportedFormatError(
            f"Raw PCM cannot say its {name} itself: give {name}={least}..{most} in the MIME type, "
            "as in audio/pcm;rate=16000;channels=1.",
            mime_type=text,
            parameter=name,
        )
    return int(value)


def _unsupported(text: str) -> UnsupportedFormatError:
    return UnsupportedFormatError(
        f"{text[:100]!r} is not an audio format that can be decoded here. Send {SUPPORTED}.",
        mime_type=text[:100],
    )
