"""Streams of every format, fed in pieces."""

import gc
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.audio.recordings import CHIRP_AMPLITUDE, BrowserRecording, Recording
from vivavoz.audio.decoder import AudioDecoder
from vivavoz.audio.formats import parse_mime_type
from vivavoz.audio.pcm import SAMPLE_RATE_HZ, DecodedAudio, Pcm
from vivavoz.audio.sink import AudioSink
from vivavoz.errors import InvalidFormatError

RecordingOf = Callable[[str], Recording]
CUTS = st.lists(st.floats(0, 1), max_size=12)


class Sink:
    """An ``AudioSink`` that keeps what comes."""

    def __init__(self) -> None:
        self.blocks: list[DecodedAudio] = []
        self.rests = 0

    def heard(self, audio: DecodedAudio) -> None:
        self.blocks.append(audio)

    @contextmanager
    def resting(self) -> Iterator[None]:
        self.rests += 1
        yield


def opened(mime_type: str, sink: AudioSink | None = None) -> AudioDecoder:
    return AudioDecoder(parse_mime_type(mime_type), sink or Sink())


def decode(mime_type: str, chunks: Iterable[bytes], first: int = 1) -> list[DecodedAudio]:
    """All blocks of a stream whose chunks are all there."""
    sink = Sink()
    decoder = opened(mime_type, sink)
    for number, chunk in enumerate(chunks, first):
        decoder.feed(chunk, number)
    decoder.end()
    decoder.run()
    return sink.blocks


def split(data: bytes, cuts: Sequence[float]) -> list[bytes]:
    """``data`` cut at those fractions of its length, without empty pieces."""
    edges = sorted({0, *(int(cut * len(data)) for cut in cuts), len(data)})
    return [data[start:end] for start, end in pairwise(edges)]


def joined(blocks: Iterable[DecodedAudio]) -> Pcm:
    return np.concatenate([block.samples for block in blocks])


class Listener(Sink, threading.Thread):
    """Runs a decoder as a session does, and keeps what comes."""

    def __init__(self, mime_type: str) -> None:
        Sink.__init__(self)
        threading.Thread.__init__(self)
        self.decoder = opened(mime_type, self)
        self.error: Exception | None = None
        self.start()

    @property
    def out_samples(self) -> int:
        return sum(len(block.samples) for block in self.blocks)

    @property
    def complete_sequence_number(self) -> int:
        return self.blocks[-1].complete_sequence_number if self.blocks else 0

    def run(self) -> None:
        try:
            self.decoder.run()
        except InvalidFormatError as error:
            self.error = error

    def hears(self, out_samples: int, complete_sequence_number: int) -> bool:
        """Whether so much comes out within some seconds without anything more being fed."""
        return self._becomes(
            lambda: (
                self.out_samples >= out_samples
                and self.complete_sequence_number >= complete_sequence_number
            )
        )

    def takes_all(self) -> bool:
        """Whether everything fed is taken within some seconds."""
        return self._becomes(lambda: self.decoder.pending_chunks == 0)

    def _becomes(self, condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 30
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.001)
        return condition()

    def finish(self) -> None:
        self.join(30)
        assert not self.is_alive()


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


@settings(max_examples=8)
@given(CUTS, st.integers(1, 1000))
def test_no_chunk_is_complete_before_all_its_audio_is_out(
    recording: Recording, cuts: list[float], first: int
) -> None:
    chunks = split(recording.data, cuts)
    blocks = decode(recording.mime_type, chunks, first)
    out_samples = 0
    complete = first - 1
    for block in blocks:
        out_samples += len(block.samples)
        assert block.complete_sequence_number >= complete
        if block.complete_sequence_number > complete:
            complete = block.complete_sequence_number
            known = chunks[: complete - first + 1]
            assert out_samples >= audio_in(recording.mime_type, known)
    assert complete == first + len(chunks) - 1


def audio_in(mime_type: str, chunks: list[bytes]) -> int:
    """Samples that could ever come from these chunks alone."""
    try:
        return len(joined(decode(mime_type, chunks)))
    except InvalidFormatError:
        return 0


def test_a_browsers_audio_comes_out_as_soon_as_its_chunk_is_there(
    browser_recording: BrowserRecording,
) -> None:
    mime_type, chunks = browser_recording.mime_type, browser_recording.chunks
    listener = Listener(mime_type)
    for number, chunk in enumerate(chunks, 1):
        listener.decoder.feed(chunk, number)
        there = audio_in(mime_type, chunks[:number])
        in_resampler = SAMPLE_RATE_HZ // 500
        assert listener.hears(there - in_resampler, number - 1)
        assert listener.takes_all()
        assert listener.complete_sequence_number < number
    listener.decoder.end()
    listener.finish()
    assert listener.error is None
    assert listener.complete_sequence_number == len(chunks)
    assert listener.out_samples == len(joined(decode(mime_type, chunks)))


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


def test_raw_pcm_at_16_khz_is_complete_at_once() -> None:
    listener = Listener("audio/pcm;rate=16000;channels=1")
    for number, (size, samples, complete) in enumerate(
        [(640, 320, 7), (641, 640, 7), (1, 641, 9)], start=7
    ):
        listener.decoder.feed(bytes(size), number)
        assert listener.hears(samples, complete)
        assert (listener.out_samples, listener.complete_sequence_number) == (samples, complete)
    listener.decoder.abort()
    listener.finish()


def test_audio_comes_in_stretches_of_half_a_second_while_there_is_more(
    recording: Recording,
) -> None:
    blocks = decode(recording.mime_type, split(recording.data, [n / 20 for n in range(20)]))
    lengths = [len(block.samples) for block in blocks if len(block.samples)]
    assert len(lengths) <= 4
    kept_by_filter = SAMPLE_RATE_HZ // 100
    assert all(length >= SAMPLE_RATE_HZ // 2 - kept_by_filter for length in lengths[:-2])


def test_what_the_sink_raises_ends_the_decoder(recording: Recording) -> None:
    """Also when it raises below FFmpeg, which asks for bytes that are not there."""

    class Full(Sink):
        def heard(self, audio: DecodedAudio) -> None:
            raise OverflowError

    sink = Full()
    decoder = opened(recording.mime_type, sink)
    for number, chunk in enumerate(split(recording.data, [n / 50 for n in range(20)]), 1):
        decoder.feed(chunk, number)
    with pytest.raises(OverflowError):
        decoder.run()


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


def test_abort_frees_a_waiting_thread_without_an_error(recording: Recording) -> None:
    for fed in (0, 5, len(recording.data) // 2):
        listener = Listener(recording.mime_type)
        if fed:
            listener.decoder.feed(recording.data[:fed], 1)
            assert listener.takes_all()
        listener.decoder.abort()
        listener.decoder.feed(b"late", 2)
        listener.finish()
        assert listener.error is None
        assert listener.decoder.pending_chunks == 0


def test_abort_before_the_start_gives_nothing(recording: Recording) -> None:
    sink = Sink()
    decoder = opened(recording.mime_type, sink)
    decoder.feed(recording.data, 1)
    decoder.abort()
    decoder.run()
    assert sink.blocks == []


def test_streams_side_by_side_do_not_disturb_each_other(recording_of: RecordingOf) -> None:
    names = ("webm-opus", "mp4-aac", "ogg-opus", "wav", "pcm-44k-stereo")
    alone = {
        name: len(joined(decode(recording_of(name).mime_type, [recording_of(name).data])))
        for name in names
    }
    listeners = {name: Listener(recording_of(name).mime_type) for name in names}
    broken = Listener("audio/webm")
    for number in range(1, 21):
        broken.decoder.feed(b"\x1a\x45\xdf\xa3 no webm", number)
        for name, listener in listeners.items():
            data = recording_of(name).data
            step = -(-len(data) // 20)
            listener.decoder.feed(data[step * (number - 1) : step * number], number)
    for listener in (broken, *listeners.values()):
        listener.decoder.end()
        listener.finish()
    assert isinstance(broken.error, InvalidFormatError)
    assert {name: listener.out_samples for name, listener in listeners.items()} == alone


def test_two_hundred_decoders_leave_nothing_behind(recording_of: RecordingOf) -> None:
    recording = recording_of("webm-opus")

    def run(count: int) -> None:
        for index in range(count):
            listener = Listener(recording.mime_type)
            listener.decoder.feed(recording.data, 1)
            if index % 2:
                listener.decoder.end()
            else:
                listener.decoder.abort()
            listener.finish()
        gc.collect()

    def held() -> tuple[int, int]:
        return threading.active_count(), psutil.Process().num_fds()

    run(30)
    before, memory_bytes = held(), psutil.Process().memory_info().rss
    run(200)
    assert held() == before
    assert psutil.Process().memory_info().rss - memory_bytes < 4_000_000


def test_texts_in_an_unknown_encoding_do_not_matter(recording_of: RecordingOf) -> None:
    whole = recording_of("webm-opus")
    data = whole.data.replace(b"Lavf", b"\x9cavf")
    assert data != whole.data
    np.testing.assert_array_equal(
        joined(decode(whole.mime_type, [data])), joined(decode(whole.mime_type, [whole.data]))
    )
