"""Streams that are damaged, foreign or no audio at all."""

import numpy as np
import pytest

from tests.unit.audio.decoding import Listener, RecordingOf, decode, joined, opened
from tests.unit.audio.recordings import Recording
from vivavoz.audio.pcm import SAMPLE_RATE_HZ
from vivavoz.errors import InvalidFormatError


@pytest.mark.parametrize(
    "name", ["webm-opus", "ogg-opus", "mp4-aac", "mp4-opus", "aac", "mp3", "flac"]
)
def test_damage_in_the_middle_costs_only_what_it_hits(recording_of: RecordingOf, name: str) -> None:
    recording = recording_of(name)
    noise = np.random.default_rng(5).bytes(100)
    start = len(recording.data) // 2
    if "mp4" in name:
        start = recording.data.index(b"mdat", start) + 300  # spare the structure
    data = recording.data[:start] + noise + recording.data[start + len(noise) :]
    seconds = len(joined(decode(recording.mime_type, [data]))) / SAMPLE_RATE_HZ
    assert seconds > 0.7 * recording.spec.seconds


def test_a_stream_lost_for_good_is_reported(recording_of: RecordingOf) -> None:
    data = recording_of("mp4-aac").data
    start = data.index(b"moof", len(data) // 2)
    broken = [data[:start], b"\x7f\xff\xff\xff????", *[bytes(100_000)] * 10]
    with pytest.raises(InvalidFormatError, match="start a new recording"):
        decode("audio/mp4", broken)


def test_an_mp4_with_its_header_at_the_end_is_no_stream(recording_of: RecordingOf) -> None:
    with pytest.raises(InvalidFormatError, match="transcribe it as a file"):
        decode("audio/mp4", [recording_of("m4a").data])


@pytest.mark.parametrize("damage", ["empty", "no byte", "random", "zeros", "headless", "head only"])
def test_what_is_no_audio_is_refused(recording: Recording, damage: str) -> None:
    if "rate=" in recording.mime_type and damage not in {"empty", "no byte", "head only"}:
        pytest.skip("any bytes are raw PCM")
    data = {
        "empty": [],
        "no byte": [b""],
        "random": [np.random.default_rng(1).bytes(5000)],
        "zeros": [bytes(5000)],
        "headless": [recording.data[1001:]],
        "head only": [recording.data[:1]],
    }[damage]
    with pytest.raises(InvalidFormatError, match=r"send |Send |announce "):
        decode(recording.mime_type, data)


def test_foreign_bytes_are_refused_at_once_and_named(recording_of: RecordingOf) -> None:
    listener = Listener("audio/webm;codecs=opus")
    listener.decoder.feed(recording_of("ogg-opus").data[:100], 1)
    listener.finish()
    assert "The bytes are ogg" in str(listener.error)


def test_a_container_that_swallows_all_and_gives_nothing_is_given_up(
    recording_of: RecordingOf,
) -> None:
    decoder = opened("audio/mp4")
    decoder.feed(recording_of("mp4-aac").data[:700] + b"\x7f\xff\xff\xfffree", 1)
    for number in range(2, 20):
        decoder.feed(bytes(1_000_000), number)
    with pytest.raises(InvalidFormatError):
        decoder.run()
    assert decoder.pending_chunks > 0


def test_texts_in_an_unknown_encoding_do_not_matter(recording_of: RecordingOf) -> None:
    whole = recording_of("webm-opus")
    data = whole.data.replace(b"Lavf", b"\x9cavf")
    assert data != whole.data
    np.testing.assert_array_equal(
        joined(decode(whole.mime_type, [data])), joined(decode(whole.mime_type, [whole.data]))
    )
