"""Decoding of raw interleaved PCM as it comes."""

from collections.abc import Iterator

import av
import numpy as np

from vivavoz.audio.completion import CompletionTracker
from vivavoz.audio.formats import RawLayout, SampleFormat
from vivavoz.audio.pcm import DecodedAudio
from vivavoz.audio.resampler import MonoResampler
from vivavoz.audio.source import ChunkSource
from vivavoz.errors import InvalidFormatError

_DTYPES = {SampleFormat.S16LE: np.dtype("<i2"), SampleFormat.S16BE: np.dtype(">i2")}


class RawDecoder:
    """An ``AudioDecoder`` of raw PCM. A chunk may end anywhere, even within a sample; bytes left
    over at the end of the stream are dropped."""

    def __init__(self, layout: RawLayout) -> None:
        self._layout = layout
        self._dtype = _DTYPES[layout.sample_format]
        self._source = ChunkSource()

    def feed(self, data: bytes, sequence_number: int) -> None:
        self._source.feed(data, sequence_number)

    def end(self) -> None:
        self._source.end()

    def abort(self) -> None:
        self._source.abort()

    @property
    def pending_chunks(self) -> int:
        return self._source.pending_chunks

    def blocks(self) -> Iterator[DecodedAudio]:
        frame_bytes = self._dtype.itemsize * self._layout.channels
        tracker, resampler = CompletionTracker(), MonoResampler()
        rest = b""
        whole_bytes = 0
        while chunk := self._source.take():
            tracker.chunk_taken(chunk.sequence_number, len(chunk.data))
            data = rest + chunk.data
            cut = len(data) - len(data) % frame_bytes
            rest = data[cut:]
            if not cut:
                continue
            whole_bytes += cut
            samples = resampler.push(self._frame(data[:cut]))
            tracker.decoded(whole_bytes, resampler.due_samples)
            tracker.samples_out(resampler.out_samples)
            yield DecodedAudio(samples, tracker.complete_sequence_number)
        if self._source.aborted:
            return
        if not whole_bytes:
            raise InvalidFormatError(
                "The stream ended before its first whole sample: send audio before stopping."
            )
        tail = resampler.flush()
        tracker.finish()
        yield DecodedAudio(tail, tracker.complete_sequence_number)

    def _frame(self, data: bytes) -> av.AudioFrame:
        channels = np.frombuffer(data, self._dtype).reshape(-1, self._layout.channels)
        mono = channels.mean(axis=1, dtype=np.float32) / np.float32(32768)
        frame = av.AudioFrame.from_ndarray(mono[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = self._layout.rate_hz
        return frame
