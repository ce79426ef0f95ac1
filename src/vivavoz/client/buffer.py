"""The recorded audio, numbered and kept until the server cannot ask for it again. [pure]

Audio is never stored by the server, so what is kept here is what survives the server's crash. A
new server process has to read a container from its first byte: the chunks of the present container
stream stay even when their text is durable.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from vivavoz.client.raw_pcm import RawPcm


@dataclass(frozen=True, slots=True)
class Chunk:
    """One numbered piece of audio; ``captured_at_ms`` is milliseconds since 1970."""

    sequence_number: int
    captured_at_ms: float
    audio: bytes


@dataclass(frozen=True, slots=True)
class RecordedStream:
    """What one run of a recorder left without stored text.

    ``audio``: a whole file of the MIME type, or raw PCM from where the stored text ends.
    ``starts_at_s``: where it begins in the session, in seconds of audio; of containers after the
    first stream an estimate by the chunks' capture times. ``last_sequence_number``: of its chunks.
    """

    mime_type: str
    audio: bytes
    starts_at_s: float
    last_sequence_number: int


@dataclass(frozen=True, slots=True)
class _Stream:
    mime_type: str
    first_sequence_number: int
    starts_at_s: float


def cut(audio: bytes, mime_type: str, max_bytes: int) -> Iterator[bytes]:
    """Pieces of at most ``max_bytes``: raw PCM at edges between samples of all channels, a
    container anywhere."""
    raw = RawPcm.of(mime_type)
    unit_bytes = raw.frame_bytes if raw else 1
    step = max(max_bytes - max_bytes % unit_bytes, unit_bytes)
    for start in range(0, len(audio), step):
        yield audio[start : start + step]


class ChunkBuffer:
    """Chunks by number, from 1 without gaps through the whole session.

    Args:
        max_chunk_bytes: the server's limit of one chunk.
    """

    def __init__(self, max_chunk_bytes: int) -> None:
        self.last_sequence_number = 0
        self.durable_sequence_number = 0
        self._max_chunk_bytes = max_chunk_bytes
        self._chunks: dict[int, Chunk] = {}
        self._streams: list[_Stream] = []

    def __len__(self) -> int:
        return len(self._chunks)

    def begin_stream(self, mime_type: str) -> None:
        """A new container stream begins with the next chunk."""
        first = self.last_sequence_number + 1
        starts_at_s = 0.0
        if self._streams:
            before = self._streams[-1]
            starts_at_s = before.starts_at_s + self._duration_s(before, first)
        self._streams.append(_Stream(mime_type, first, starts_at_s))

    def append(self, audio: bytes, captured_at_ms: float) -> None:
        """Keep audio of the present stream, in as many chunks as the limit asks for."""
        for piece in cut(audio, self._streams[-1].mime_type, self._max_chunk_bytes):
            self.last_sequence_number += 1
            number = self.last_sequence_number
            self._chunks[number] = Chunk(number, captured_at_ms, piece)

    def chunk(self, sequence_number: int) -> Chunk | None:
        """The chunk of that number, if it is kept."""
        return self._chunks.get(sequence_number)

    def durable(self, sequence_number: int) -> None:
        """All text up to that chunk is stored: forget what will never be asked for again.

        A stream stays until a chunk of the next one is durable: before that the server may not
        know of the next one, and would begin again with this one.
        """
        durable = self.durable_sequence_number = max(self.durable_sequence_number, sequence_number)
        while len(self._streams) > 1 and self._streams[1].first_sequence_number <= durable:
            del self._streams[0]
        keep_from = self._streams[0].first_sequence_number if self._streams else 1
        for number in list(self._chunks):
            if number >= keep_from:
                break
            del self._chunks[number]

    def unsaved_streams(self) -> list[RecordedStream]:
        """Every kept stream with audio whose text is not durable: containers from their first
        byte, raw PCM from the first chunk that is not durable."""
        ends = [stream.first_sequence_number for stream in self._streams[1:]]
        return [
            self._unsaved(stream, end)
            for stream, end in zip(
                self._streams, [*ends, self.last_sequence_number + 1], strict=True
            )
            if end - 1 > self.durable_sequence_number and end > stream.first_sequence_number
        ]

    def _unsaved(self, stream: _Stream, end: int) -> RecordedStream:
        first = stream.first_sequence_number
        if RawPcm.of(stream.mime_type):
            first = max(first, self.durable_sequence_number + 1)
        return RecordedStream(
            mime_type=stream.mime_type,
            audio=b"".join(chunk.audio for chunk in self._between(first, end)),
            starts_at_s=stream.starts_at_s + self._duration_s(stream, first),
            last_sequence_number=end - 1,
        )

    def _duration_s(self, stream: _Stream, end: int) -> float:
        chunks = self._between(stream.first_sequence_number, end)
        raw = RawPcm.of(stream.mime_type)
        if raw:
            return raw.duration_s(sum(len(chunk.audio) for chunk in chunks))
        if len(chunks) < 2:
            return 0.0
        between_s = max(chunks[-1].captured_at_ms - chunks[0].captured_at_ms, 0.0) / 1000
        return between_s * len(chunks) / (len(chunks) - 1)

    def _between(self, first: int, end: int) -> list[Chunk]:
        return [self._chunks[number] for number in range(first, end)]
