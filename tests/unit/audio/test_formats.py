"""MIME types."""

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
from vivavoz.errors import UnsupportedFormatError


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
