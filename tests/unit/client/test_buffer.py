"""What the client keeps, what it forgets, and where it cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.client.buffer import Chunk, ChunkBuffer, RecordedStream, cut

WEBM = "audio/webm;codecs=opus"


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(1, 4))
def test_raw_pcm_is_cut_between_samples_of_all_channels(
    audio: bytes, max_bytes: int, channels: int
) -> None:
    frame_bytes = 2 * channels
    pieces = list(cut(audio, f"audio/pcm;rate=16000;channels={channels}", max_bytes))
    assert b"".join(pieces) == audio
    assert all(len(piece) % frame_bytes == 0 for piece in pieces[:-1])
    assert all(len(piece) <= max(max_bytes, frame_bytes) for piece in pieces)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_a_container_is_cut_at_the_limit(audio: bytes, max_bytes: int) -> None:
    pieces = list(cut(audio, WEBM, max_bytes))
    assert b"".join(pieces) == audio
    assert all(len(piece) == max_bytes for piece in pieces[:-1])


def filled(*streams: tuple[str, list[bytes]]) -> ChunkBuffer:
    buffer = ChunkBuffer(max_chunk_bytes=4)
    for mime_type, pieces in streams:
        buffer.begin_stream(mime_type)
        for piece in pieces:
            buffer.append(piece, 0.0)
    return buffer


def test_chunks_are_numbered_from_one_through_all_streams() -> None:
    buffer = filled((WEBM, [b"abcdef"]), (WEBM, [b"gh"]))
    chunks = [buffer.chunk(number) for number in (1, 2, 3)]
    assert [chunk.audio for chunk in chunks if chunk] == [b"abcd", b"ef", b"gh"]
    assert buffer.last_sequence_number == 3
    assert buffer.chunk(4) is None


def test_the_present_stream_is_kept_although_it_is_durable() -> None:
    buffer = filled((WEBM, [b"ab", b"cd"]))
    buffer.durable(2)
    assert len(buffer) == 2


@pytest.mark.parametrize(("durable", "kept"), [(1, 4), (2, 4), (3, 2), (4, 2)])
def test_a_stream_is_forgotten_once_the_next_one_is_durable(durable: int, kept: int) -> None:
    buffer = filled((WEBM, [b"ab", b"cd"]), (WEBM, [b"ef", b"gh"]))
    buffer.durable(durable)
    assert len(buffer) == kept


def test_a_late_ack_takes_nothing_back() -> None:
    buffer = filled((WEBM, [b"ab", b"cd"]))
    buffer.durable(2)
    buffer.durable(1)
    assert buffer.durable_sequence_number == 2


def test_unsaved_containers_are_whole_files() -> None:
    buffer = filled((WEBM, [b"ab", b"cd"]), ("audio/wav", [b"ef"]), (WEBM, []))
    assert buffer.unsaved_streams() == [
        RecordedStream(WEBM, b"abcd", starts_at_s=0.0, last_sequence_number=2),
        RecordedStream("audio/wav", b"ef", starts_at_s=0.0, last_sequence_number=3),
    ]
    buffer.durable(1)
    assert buffer.unsaved_streams()[0].audio == b"abcd"
    buffer.durable(2)
    assert [stream.audio for stream in buffer.unsaved_streams()] == [b"ef"]
    buffer.durable(3)
    assert buffer.unsaved_streams() == []


def test_unsaved_raw_audio_begins_where_the_stored_text_ends() -> None:
    pcm = "audio/pcm;rate=2;channels=1"
    buffer = filled((pcm, [b"abcd", b"efgh"]), (pcm, [b"ijkl"]))
    buffer.durable(1)
    assert buffer.unsaved_streams() == [
        RecordedStream(pcm, b"efgh", starts_at_s=1.0, last_sequence_number=2),
        RecordedStream(pcm, b"ijkl", starts_at_s=2.0, last_sequence_number=3),
    ]


def test_where_a_container_begins_is_estimated_by_its_chunks_capture_times() -> None:
    buffer = ChunkBuffer(max_chunk_bytes=4)
    for base_ms in (5000.0, 60_000.0, 90_000.0):
        buffer.begin_stream(WEBM)
        for number in range(4):
            buffer.append(b"ab", base_ms + 300 * number)
    assert [stream.starts_at_s for stream in buffer.unsaved_streams()] == [0.0, 1.2, 2.4]


def test_two_chunks_are_enough_for_the_estimate_and_one_is_not() -> None:
    buffer = ChunkBuffer(max_chunk_bytes=4)
    for moments_ms in ([1000.0, 1300.0], [2000.0], [9000.0, 8000.0], [9000.0]):
        buffer.begin_stream(WEBM)
        for moment_ms in moments_ms:
            buffer.append(b"ab", moment_ms)
    starts_s = [stream.starts_at_s for stream in buffer.unsaved_streams()]
    assert starts_s == [0.0, 0.6, 0.6, 0.6], "one chunk tells nothing, nor a clock that ran back"


def test_of_a_chunk_the_number_the_time_and_the_audio_are_kept() -> None:
    buffer = ChunkBuffer(max_chunk_bytes=4)
    buffer.begin_stream(WEBM)
    buffer.append(b"ab", 12.5)
    assert buffer.chunk(1) == Chunk(1, 12.5, b"ab")
