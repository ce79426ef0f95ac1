"""What WAV headers may hold, at the edges of what they may."""

import struct

import pytest

from vivavoz.audio.formats import RawLayout, SampleFormat
from vivavoz.audio.wav import WavHeader, parse_wav_header
from vivavoz.errors import InvalidFormatError

MEBIBYTE = 1024 * 1024
PCM, FLOAT, ALAW, MULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE


def fmt_of(tag: int, bits: int, *, channels: int = 1, rate_hz: int = 8000) -> bytes:
    return struct.pack("<HHIIHH", tag, channels, rate_hz, 0, 0, bits)


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def wav(fmt: bytes, before: bytes = b"", data_bytes: int = 4) -> bytes:
    return (
        b"RIFF\0\0\0\0WAVE" + before + chunk(b"fmt ", fmt) + b"data" + struct.pack("<I", data_bytes)
    )


def header_of(head: bytes) -> WavHeader:
    header = parse_wav_header(head)
    assert header is not None
    return header


@pytest.mark.parametrize(
    ("tag", "bits", "sample_format"),
    [
        (PCM, 8, SampleFormat.U8),
        (PCM, 16, SampleFormat.S16LE),
        (PCM, 24, SampleFormat.S24LE),
        (PCM, 32, SampleFormat.S32LE),
        (FLOAT, 32, SampleFormat.F32LE),
        (FLOAT, 64, SampleFormat.F64LE),
        (ALAW, 8, SampleFormat.ALAW),
        (MULAW, 8, SampleFormat.MULAW),
    ],
)
def test_sample_formats(tag: int, bits: int, sample_format: SampleFormat) -> None:
    plain = fmt_of(tag, bits)
    extensible = fmt_of(EXTENSIBLE, bits) + bytes(8) + struct.pack("<H", tag)
    for fmt in (plain, extensible):
        assert header_of(wav(fmt)).layout == RawLayout(sample_format, 8000, 1)
    assert sample_format.sample_bytes == bits // 8


@pytest.mark.parametrize(
    ("fmt", "tag", "bits"),
    [
        (fmt_of(PCM, 12), PCM, 12),
        (fmt_of(FLOAT, 16), FLOAT, 16),
        (fmt_of(EXTENSIBLE, 16) + bytes(9), EXTENSIBLE, 16),  # too short to say what it extends
    ],
)
def test_codecs_that_are_not_known(fmt: bytes, tag: int, bits: int) -> None:
    with pytest.raises(InvalidFormatError, match=f"codec {tag:#06x} with {bits} bits") as refused:
        parse_wav_header(wav(fmt))
    assert refused.value.details == {"codec_tag": tag, "bits": bits}


@pytest.mark.parametrize(
    ("data_bytes", "told"),
    [(0, None), (1, 1), (0xFFFFFFFE, 0xFFFFFFFE), (0xFFFFFFFF, None)],
)
def test_a_writer_may_not_have_known_the_length(data_bytes: int, told: int | None) -> None:
    assert header_of(wav(fmt_of(PCM, 16), data_bytes=data_bytes)).data_bytes == told


@pytest.mark.parametrize(("channels", "rate_hz"), [(1, 4000), (32, 384_000)])
def test_the_least_and_the_most_channels_and_rates(channels: int, rate_hz: int) -> None:
    header = header_of(wav(fmt_of(PCM, 16, channels=channels, rate_hz=rate_hz)))
    assert header.layout == RawLayout(SampleFormat.S16LE, rate_hz, channels)


@pytest.mark.parametrize(("channels", "rate_hz"), [(0, 8000), (33, 8000), (1, 3999), (1, 384_001)])
def test_less_and_more_are_refused(channels: int, rate_hz: int) -> None:
    with pytest.raises(InvalidFormatError, match=f"{channels} channels at {rate_hz} Hz"):
        parse_wav_header(wav(fmt_of(PCM, 16, channels=channels, rate_hz=rate_hz)))


def test_a_header_may_take_a_megabyte() -> None:
    fmt = fmt_of(PCM, 16)
    room = MEBIBYTE - len(wav(fmt))
    filling = chunk(b"LIST", bytes(room))
    whole = wav(fmt, filling)
    assert len(whole) == MEBIBYTE + 8
    assert header_of(whole).header_bytes == len(whole)
    with pytest.raises(InvalidFormatError, match="within the first megabyte"):
        parse_wav_header(wav(fmt, chunk(b"LIST", bytes(room + 2))))


def test_samples_before_their_format_are_refused() -> None:
    with pytest.raises(InvalidFormatError, match="before the samples"):
        parse_wav_header(b"RIFF\0\0\0\0WAVE" + chunk(b"data", b"abcd"))


@pytest.mark.parametrize("before", [b"", chunk(b"LIST", b"abc") + b"\0"])
def test_a_header_is_read_once_it_is_whole(before: bytes) -> None:
    head = wav(fmt_of(PCM, 16, channels=2, rate_hz=44_100), before)
    layout = RawLayout(SampleFormat.S16LE, 44_100, 2)
    assert parse_wav_header(head + b"more") == WavHeader(layout, len(head), 4)
    assert [parse_wav_header(head[:end]) for end in range(len(head))] == [None] * len(head)


def test_a_chunk_of_odd_length_is_padded() -> None:
    even, odd = chunk(b"LIST", b"ab"), chunk(b"LIST", b"abc") + b"\0"
    for before in (even, odd):
        head = wav(fmt_of(PCM, 16), before)
        assert header_of(head).header_bytes == len(head)


def test_a_fmt_chunk_of_less_than_sixteen_bytes_is_broken() -> None:
    with pytest.raises(InvalidFormatError, match="too short"):
        parse_wav_header(wav(fmt_of(PCM, 16)[:15]))
