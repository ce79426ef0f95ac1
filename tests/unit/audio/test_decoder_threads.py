"""Decoders on their threads: aborted, side by side, and gone without a trace."""

import gc
import threading

import psutil
import pytest

from tests.unit.audio.decoding import Listener, RecordingOf, Sink, decode, joined, opened, split
from tests.unit.audio.recordings import Recording
from vivavoz.audio.pcm import DecodedAudio
from vivavoz.errors import InvalidFormatError


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
