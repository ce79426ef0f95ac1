"""Streams of every format, fed in pieces: the sound that comes out."""

import numpy as np
import pytest
from hypothesis import given, settings

from tests.unit.audio.decoding import CUTS, RecordingOf, decode, joined, split
from tests.unit.audio.recordings import CHIRP_AMPLITUDE, BrowserRecording, Recording
from vivavoz.audio.pcm import SAMPLE_RATE_HZ


def test_every_format_gives_the_sound_that_went_in(recording: Recording) -> None:
    samples = joined(decode(recording.mime_type, [recording.data]))
    assert samples.dtype == np.float32
    assert np.abs(samples).max() <= 1
    assert recording.likeness(samples) > 0.95
    assert np.std(samples) == pytest.approx(CHIRP_AMPLITUDE / np.sqrt(2), rel=0.08)


@pytest.mark.parametrize("name", ["webm-pcm", "wav", "flac", "pcm-44k-stereo", "l16"])
def test_lossless_formats_keep_every_sample(recording_of: RecordingOf, name: str) -> None:
    recording = recording_of(name)
    samples = joined(decode(recording.mime_type, [recording.data]))
    wanted = recording.spec.seconds * SAMPLE_RATE_HZ
    assert abs(len(samples) - wanted) <= 1


@settings(max_examples=12)
@given(CUTS)
def test_cuts_anywhere_change_nothing(recording: Recording, cuts: list[float]) -> None:
    whole = joined(decode(recording.mime_type, [recording.data]))
    pieces = joined(decode(recording.mime_type, split(recording.data, cuts)))
    np.testing.assert_array_equal(pieces, whole)


@pytest.mark.parametrize("step", [1, 7, 16])
def test_very_small_pieces_change_nothing(recording: Recording, step: int) -> None:
    data = recording.data[:12_000]
    whole = joined(decode(recording.mime_type, [data]))
    pieces = [data[start : start + step] for start in range(0, len(data), step)]
    np.testing.assert_array_equal(joined(decode(recording.mime_type, pieces)), whole)


@settings(max_examples=12)
@given(CUTS)
def test_a_browsers_recording_may_be_cut_anywhere(
    browser_recording: BrowserRecording, cuts: list[float]
) -> None:
    mime_type, chunks = browser_recording.mime_type, browser_recording.chunks
    whole = joined(decode(mime_type, chunks))
    assert len(whole) > 0.9 * SAMPLE_RATE_HZ
    assert np.abs(whole).max() > 0.05
    np.testing.assert_array_equal(joined(decode(mime_type, split(b"".join(chunks), cuts))), whole)


def test_an_empty_chunk_is_not_the_end(recording: Recording) -> None:
    whole = joined(decode(recording.mime_type, [recording.data]))
    first, second = split(recording.data, [0.5])
    blocks = decode(recording.mime_type, [b"", first, b"", second, b""])
    np.testing.assert_array_equal(joined(blocks), whole)
    assert blocks[-1].complete_sequence_number == 5


def test_two_channels_become_their_mean() -> None:
    left_right = np.tile(np.array([[12_000, -4_000]], "<i2"), (1600, 1))
    samples = joined(decode("audio/pcm;rate=16000;channels=2", [left_right.tobytes()]))
    np.testing.assert_allclose(samples, 4_000 / 32_768, atol=1e-6)


def test_raw_samples_keep_their_values_and_byte_order() -> None:
    values = np.array([0, 1, -1, 32_767, -32_768, 256], np.int16)
    for mime_type, dtype in (("audio/pcm", "<i2"), ("audio/L16", ">i2")):
        blocks = decode(f"{mime_type};rate=16000;channels=1", [values.astype(dtype).tobytes()])
        np.testing.assert_array_equal(joined(blocks), values.astype(np.float32) / 32_768)


def test_wav_of_a_size_not_known_yet_and_what_follows_the_samples(
    recording_of: RecordingOf,
) -> None:
    data = recording_of("wav-16k").data
    at = data.index(b"data") + 4
    wanted = joined(decode("audio/wav", [data]))
    for size in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
        streamed = data[:at] + size + data[at + 4 :]
        np.testing.assert_array_equal(joined(decode("audio/wav", [streamed])), wanted)
    blocks = decode("audio/wav", [data + b"LIST\x04\0\0\0INFO", b"junk"])
    np.testing.assert_array_equal(joined(blocks), wanted)
    assert blocks[-1].complete_sequence_number == 2


def test_parameters_may_change_in_mid_stream(recording_of: RecordingOf) -> None:
    chained = recording_of("ogg-opus").data + recording_of("ogg-opus").data
    assert len(joined(decode("audio/ogg", [chained]))) == pytest.approx(
        2 * 1.5 * SAMPLE_RATE_HZ, rel=0.02
    )
    aac = recording_of("aac").data + recording_of("aac-48k-stereo").data
    assert len(joined(decode("audio/aac", [aac]))) == pytest.approx(
        2 * 1.5 * SAMPLE_RATE_HZ, rel=0.08
    )
