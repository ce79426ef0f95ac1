"""MIME types, container beginnings and WAV headers."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.audio.formats import (
    Container,
    RawLayout,
    SampleFormat,
    parse_mime_type,
)
from vivavoz.audio.signature import check_signature
from vivavoz.audio.wav import WavHeader, parse_wav_header
from vivavoz.errors import InvalidFormatError, UnsupportedFormatError


@pytest.mark.parametrize(
    ("text", "container", "codec"),
    [
        ("audio/webm;codecs=opus", Container.WEBM, "opus"),
        ('audio/webm; codecs="opus"', Container.WEBM, "opus"),
        ("Audio/WebM;Codecs=Opus", Container.WEBM, "opus"),
        ("audio/webm;codecs=pcm", Container.WEBM, "pcm"),
        ("audio/webm", Container.WEBM, None),
        ("audio/webm;", Container.WEBM, None),
        ("audio/ogg;codecs=opus", Container.OGG, "opus"),
        ("audio/ogg", Container.OGG, None),
        ("audio/mp4", Container.MP4, None),
        ("audio/mp4;codecs=mp4a.40.2", Container.MP4, "aac"),
        ('audio/mp4; codecs="mp4a.40.5"; bitrate=32000', Container.MP4, "aac"),
        ("audio/mp4;codecs=opus", Container.MP4, "opus"),
        ("audio/wav", Container.WAV, None),
        ("audio/x-wav;codecs=1", Container.WAV, "pcm"),
        ("audio/wave", Container.WAV, None),
        ("audio/mpeg", Container.MP3, None),
        ("audio/mp3", Container.MP3, None),
        ("audio/aac", Container.AAC, None),
        ("audio/flac", Container.FLAC, None),
    ],
)
def test_containers(text: str, container: Container, codec: str | None) -> None:
    parsed = parse_mime_type(text)
    assert (parsed.container, parsed.codec, parsed.raw) == (container, codec, None)
    assert parsed.mime_type == text


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("audio/pcm;rate=16000;channels=1", RawLayout(SampleFormat.S16LE, 16_000, 1)),
        ("audio/PCM; channels=2 ; rate=44100", RawLayout(SampleFormat.S16LE, 44_100, 2)),
        ("audio/l16;rate=8000;channels=1", RawLayout(SampleFormat.S16BE, 8_000, 1)),
        ('audio/L16;rate="48000";channels=6', RawLayout(SampleFormat.S16BE, 48_000, 6)),
    ],
)
def test_raw_pcm(text: str, layout: RawLayout) -> None:
    parsed = parse_mime_type(text)
    assert (parsed.container, parsed.raw) == (Container.RAW, layout)


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("audio/pcm", "rate"),
        ("audio/pcm;rate=16000", "channels"),
        ("audio/l16;channels=1", "rate"),
        ("audio/pcm;rate=16000;channels=0", "channels"),
        ("audio/pcm;rate=16000;channels=33", "channels"),
        ("audio/pcm;rate=3999;channels=1", "rate"),
        ("audio/pcm;rate=384001;channels=1", "rate"),
        ("audio/pcm;rate=-16000;channels=1", "rate"),
        ("audio/pcm;rate=16000.5;channels=1", "rate"),
        ("audio/pcm;rate=99999999999999;channels=1", "rate"),
        ("audio/pcm;rate=١٦٠٠٠;channels=1", "rate"),
    ],
)
def test_raw_pcm_must_say_its_layout(text: str, parameter: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=f"give {parameter}=") as error:
        parse_mime_type(text)
    assert error.value.details["parameter"] == parameter


@pytest.mark.parametrize(
    "text",
    [
        "",
        "webm",
        "audio/",
        "text/plain",
        "audio/amr",
        "video/webm",
        "audio/webm;codecs=vp9",
        "audio/webm;codecs=opus,vp9",
        "audio/webm;codecs",
        "audio/webm codecs=opus",
        "audio/webm" + ";a=b" * 1000,
    ],
)
def test_what_is_not_supported_says_what_is(text: str) -> None:
    with pytest.raises(UnsupportedFormatError, match="Send audio/webm;codecs=opus") as error:
        parse_mime_type(text)
    assert len(str(error.value)) < 600


@given(st.text(max_size=300))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with suppress(UnsupportedFormatError):
        assert parse_mime_type(text).mime_type == text


@pytest.mark.parametrize(
    ("mime_type", "head"),
    [
        ("audio/webm", b"\x1a\x45\xdf\xa3\x9f"),
        ("audio/ogg", b"OggS\0\x02"),
        ("audio/mp4", b"\0\0\0\x1cftypiso5"),
        ("audio/wav", b"RIFF\0\0\0\0WAVE"),
        ("audio/mpeg", b"ID3\x04"),
        ("audio/mpeg", b"\xff\xfb\x90\x00"),
        ("audio/aac", b"\xff\xf1\x50\x80"),
        ("audio/aac", b"ID3\x04"),
        ("audio/flac", b"fLaC"),
    ],
)
def test_each_container_is_known_by_how_it_begins(mime_type: str, head: bytes) -> None:
    check_signature(parse_mime_type(mime_type), head)
    with pytest.raises(InvalidFormatError, match="very first chunk"):
        check_signature(parse_mime_type(mime_type), b"x" + head)
    with pytest.raises(InvalidFormatError, match="send audio"):
        check_signature(parse_mime_type(mime_type), b"")


def test_a_page_from_the_middle_of_ogg_is_no_beginning() -> None:
    with pytest.raises(InvalidFormatError, match="very first chunk"):
        check_signature(parse_mime_type("audio/ogg"), b"OggS\0\0")


def wav(fmt: bytes, before: bytes = b"", size: int = 4) -> bytes:
    return (
        b"RIFF\0\0\0\0WAVE"
        + before
        + b"fmt "
        + struct.pack("<I", len(fmt))
        + fmt
        + b"data"
        + struct.pack("<I", size)
    )


PCM_FMT = struct.pack("<HHIIHH", 1, 2, 44_100, 176_400, 4, 16)
FLOAT_EXTENSIBLE = (
    struct.pack("<HHIIHH", 0xFFFE, 16, 48_000, 3_072_000, 64, 32)
    + struct.pack("<HHI", 22, 32, 0)
    + struct.pack("<H", 3) + bytes(14)
)  # fmt: skip


@pytest.mark.parametrize(
    ("head", "layout", "data_bytes"),
    [
        (wav(PCM_FMT), RawLayout(SampleFormat.S16LE, 44_100, 2), 4),
        (wav(PCM_FMT, size=0), RawLayout(SampleFormat.S16LE, 44_100, 2), None),
        (wav(PCM_FMT, b"LIST\x03\0\0\0abc\0"), RawLayout(SampleFormat.S16LE, 44_100, 2), 4),
        (wav(FLOAT_EXTENSIBLE), RawLayout(SampleFormat.F32LE, 48_000, 16), 4),
    ],
)
def test_wav_headers(head: bytes, layout: RawLayout, data_bytes: int | None) -> None:
    assert parse_wav_header(head + b"more") == WavHeader(layout, len(head), data_bytes)
    assert [parse_wav_header(head[:end]) for end in range(len(head))] == [None] * len(head)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (wav(struct.pack("<HHIIHH", 2, 1, 8000, 4000, 256, 4)), "codec 0x0002"),
        (wav(struct.pack("<HHIIHH", 1, 0, 8000, 0, 0, 16)), "0 channels"),
        (wav(struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), "at 0 Hz"),
        (wav(b"\x01\0"), "too short"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0", "before the samples"),
        (b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\x7f", "first megabyte"),
    ],
)
def test_broken_wav_headers_are_refused(head: bytes, problem: str) -> None:
    with pytest.raises(InvalidFormatError, match=problem):
        parse_wav_header(head)
