"""The recorded audio, numbered and kept until the server cannot ask for it again. [pure]

Audio is never stored by the server, so what is kept here is what survives the server's crash. A
new server process has to read a container from its first byte: the chunks of the present container
stream stay even when their text is durable.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RAW_PCM = re.compile(r"audio/(?:pcm|l16)\b", re.IGNORECASE)
_CHANNELS = re.compile(r";\s*channels\s*=\s*\"?(\d+)", re.IGNORECASE)
_PCM_SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True)
class Chunk:
    """One numbered piece of audio; ``captured_at_ms`` is milliseconds since 1970."""

    sequence_number: int
    captured_at_ms: float
    audio: bytes


@dataclass(frozen=True, slots=True)
class RecordedStream:
    """One run of a recorder, whole: a file of that MIME type, or raw PCM."""

    mime_type: str
    audio: bytes


@dataclass(frozen=True, slots=True)
class _Stream:
    mime_type: str
    first_sequence_number: int


def cut(audio: bytes, mime_type: str, max_bytes: int) -> Iterator[bytes]:
    """Pieces of at most ``max_bytes``: raw PCM at edges between samples of all channels, a
    container anywhere."""
    unit_bytes = 1
    if _RAW_PCM.match(mime_type):
        channels = _CHANNELS.search(mime_type)
        unit_bytes = _PCM_SAMPLE_BYTES * int(channels[1] if channels else 1)
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
        self._streams.append(_Stream(mime_type, self.last_sequence_number + 1))

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
        """Every kept stream with audio whose text is not durable, from its first byte."""
        ends = [stream.first_sequence_number for stream in self._streams[1:]]
        return [
            RecordedStream(stream.mime_type, self._audio(stream.first_sequence_number, end))
            for stream, end in zip(
                self._streams, [*ends, self.last_sequence_number + 1], strict=True
            )
            if end - 1 > self.durable_sequence_number and end > stream.first_sequence_number
        ]

    def _audio(self, first: int, end: int) -> bytes:
        return b"".join(self._chunks[number].audio for number in range(first, end))
