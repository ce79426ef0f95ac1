"""The header of a WAV stream. [pure]

Source: Microsoft's "Multiple Channel Audio Data and WAVE Files" and EBU Tech 3306 (RF64).
FFmpeg's own demuxer holds back up to 64 KiB, two seconds of speech, to look for other codecs
disguised as PCM; a header and the samples behind it need no such delay.
"""

import struct
from dataclasses import dataclass

from vivavoz.audio.formats import (
    MAX_CHANNELS,
    MAX_RATE_HZ,
    MIN_CHANNELS,
    MIN_RATE_HZ,
    RawLayout,
    SampleFormat,
)
from vivavoz.errors import InvalidFormatError

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
_SAMPLE_FORMATS = {
    (_PCM, 8): SampleFormat.U8,
    (_PCM, 16): SampleFormat.S16LE,
    (_PCM, 24): SampleFormat.S24LE,
    (_PCM, 32): SampleFormat.S32LE,
    (_FLOAT, 32): SampleFormat.F32LE,
    (_FLOAT, 64): SampleFormat.F64LE,
    (_ALAW, 8): SampleFormat.ALAW,
    (_MULAW, 8): SampleFormat.MULAW,
}
_MAX_HEADER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WavHeader:
    """``data_bytes`` of samples follow ``header_bytes`` of header; none: as many as come, because
    the writer could not know."""

    layout: RawLayout
    header_bytes: int
    data_bytes: int | None


def parse_wav_header(head: bytes) -> WavHeader | None:
    """The header of a stream that begins with ``RIFF....WAVE``; none while ``head`` does not hold
    all of it.

    Raises:
        InvalidFormatError: the header is broken, or the samples are in a codec not known here.
    """
    layout = None
    at = 12
    while len(head) >= at + 8:
        name, size = struct.unpack_from("<4sI", head, at)
        at += 8
        if name == b"data":
            if layout is None:
                raise _broken("no fmt chunk before the samples")
            return WavHeader(layout, at, size if 0 < size < 0xFFFFFFFF else None)
        if name == b"fmt ":
            if len(head) < at + size:
                return None
            layout = _layout(head[at : at + size])
        at += size + size % 2
        if at > _MAX_HEADER_BYTES:
            raise _broken("no samples within the first megabyte")
    return None


def _layout(fmt: bytes) -> RawLayout:
    if len(fmt) < 16:
        raise _broken("a fmt chunk that is too short")
    tag, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        (tag,) = struct.unpack_from("<H", fmt, 24)
    sample_format = _SAMPLE_FORMATS.get((tag, bits))
    if sample_format is None:
        raise InvalidFormatError(
            f"WAV codec {tag:#06x} with {bits} bits a sample cannot be decoded while it streams: "
            "send PCM of 8 to 32 bits, 32-bit float, A-law or mu-law.",
            codec_tag=tag,
            bits=bits,
        )
    if not (MIN_CHANNELS <= channels <= MAX_CHANNELS and MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ):
        raise _broken(f"{channels} channels at {rate_hz} Hz")
    return RawLayout(sample_format, rate_hz, channels)


def _broken(what: str) -> InvalidFormatError:
    return InvalidFormatError(
        f"The WAV header is broken ({what}): send the stream from its very first byte, with "
        f"{MIN_CHANNELS} to {MAX_CHANNELS} channels at {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz."
    )
