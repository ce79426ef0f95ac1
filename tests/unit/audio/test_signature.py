"""How each container begins, byte by byte."""

import pytest

from vivavoz.audio.formats import Container, parse_mime_type
from vivavoz.audio.signature import check_signature, container_of
from vivavoz.errors import InvalidFormatError


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\x1a\x45\xdf\xa3", Container.WEBM),
        (b"\x1a\x45\xdf", None),
        (b"OggS\0\x02", Container.OGG),
        (b"OggS\0\x07", Container.OGG),
        (b"OggS\0\x05", None),
        (b"OggS\0", None),
        (b"RIFF\x24\0\0\0WAVE", Container.WAV),
        (b"RF64\xff\xff\xff\xffWAVE", Container.WAV),
        (b"RIFF\x24\0\0\0AVI ", None),
        (b"RIFF\x24\0\0\0", None),
        (b"fLaC", Container.FLAC),
        (b"\0\0\0\x1cftypM4A ", Container.MP4),
        (b"\0\0\0\x1cmoovM4A ", None),
        (b"ID3\x04", Container.MP3),
        (b"", None),
        (b"ID", None),
    ],
)
def test_containers_with_a_header(head: bytes, container: Container | None) -> None:
    assert container_of(head) is container


@pytest.mark.parametrize(
    ("head", "container"),
    [
        ("FF F1 50", Container.AAC),
        ("FF F0 50", Container.AAC),
        ("FF F9 50", Container.AAC),
        ("FF F1 30", Container.AAC),  # the last of the thirteen sample rates
        ("FF F1 34", None),
        ("FF F1 3C", None),
        ("FF FB 90", Container.MP3),  # MPEG 1 layer III
        ("FF F3 90", Container.MP3),  # MPEG 2
        ("FF E3 90", Container.MP3),  # MPEG 2.5
        ("FF FD 90", Container.MP3),  # layer II
        ("FF FF 90", Container.MP3),  # layer I
        ("FF EB 90", None),  # no such version
        ("FF E1 90", None),  # no such layer
        ("FF FB E8", Container.MP3),
        ("FF FB F0", None),  # no such bit rate
        ("FF FB 9C", None),  # no such sample rate
        ("FF FB 98", Container.MP3),
        ("FF DB 90", None),  # ten bits of sync
        ("FE FB 90", None),
        ("FF FB", None),
    ],
)
def test_frames_without_a_header(head: str, container: Container | None) -> None:
    assert container_of(bytes.fromhex(head)) is container


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


@pytest.mark.parametrize("mime_type", ["audio/mpeg", "audio/aac", "audio/flac"])
def test_a_tag_may_come_before_frames(mime_type: str) -> None:
    check_signature(parse_mime_type(mime_type), b"ID3\x04")


@pytest.mark.parametrize("mime_type", ["audio/wav", "audio/webm", "audio/mp4"])
def test_and_before_nothing_else(mime_type: str) -> None:
    with pytest.raises(InvalidFormatError, match=f"are mp3 but were announced as {mime_type}"):
        check_signature(parse_mime_type(mime_type), b"ID3\x04")


def test_what_was_announced_is_in_the_details() -> None:
    with pytest.raises(InvalidFormatError) as refused:
        check_signature(parse_mime_type("audio/flac"), b"OggS\0\x02")
    assert refused.value.details == {"mime_type": "audio/flac"}
