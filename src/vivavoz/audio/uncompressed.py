"""Decoding of uncompressed audio as it comes: raw PCM, and WAV, which is raw PCM with a header."""

import sys
from collections.abc import Iterator
from itertools import chain
from typing import cast

import av

from vivavoz.audio.formats import AudioFormat, RawLayout
from vivavoz.audio.outlet import AudioOutlet
from vivavoz.audio.signature import SIGNATURE_BYTES, check_signature
from vivavoz.audio.source import ChunkSource
from vivavoz.audio.wav import parse_wav_header
from vivavoz.errors import InvalidFormatError


class PcmDecoder:
    """Decodes the chunks of raw PCM or WAV. A chunk may end anywhere, even within a sample; one
    that is not whole at the end of the stream is dropped.

    Args:
        audio_format: what was announced.
        source: where the chunks come from.
        outlet: where the audio goes.
    """

    def __init__(self, audio_format: AudioFormat, source: ChunkSource, outlet: AudioOutlet) -> None:
        self._format = audio_format
        self._source = source
        self._outlet = outlet

    def run(self) -> None:
        """Decode to the end.

        Raises:
            InvalidFormatError: the bytes are not audio of that format, or there are none.
        """
        codec = None
        rest = b""
        for layout, data in self._stretches():
            codec = codec or _open_codec(layout)
            data = rest + data
            cut = len(data) - len(data) % layout.frame_bytes
            whole, rest = data[:cut], data[cut:]
            frames = codec.decode(av.Packet(whole)) if whole else []
            self._outlet.decoded(frames, self._outlet.tracker.taken_bytes - len(rest))
        if self._source.aborted:
            return
        if self._outlet.is_dry:
            raise InvalidFormatError(
                "The stream ended before its first whole sample: send audio before stopping.",
                mime_type=self._format.mime_type,
            )
        self._outlet.finish()

    def _stretches(self) -> Iterator[tuple[RawLayout, bytes]]:
        """The bytes of the samples, chunk by chunk, and what they are."""
        if self._format.raw is None:
            yield from self._wav()
        else:
            for data in self._chunks():
                yield self._format.raw, data

    def _wav(self) -> Iterator[tuple[RawLayout, bytes]]:
        chunks = self._chunks()
        head, header = b"", None
        while header is None:
            data = next(chunks, None)
            if self._source.aborted:
                return
            head += data or b""
            if data is None or len(head) >= SIGNATURE_BYTES:
                check_signature(self._format, head)
            if data is None:
                return
            header = parse_wav_header(head)
        left_bytes = header.data_bytes if header.data_bytes is not None else sys.maxsize
        for data in chain([head[header.header_bytes :]], chunks):
            samples = data[:left_bytes]
            left_bytes -= len(samples)
            yield header.layout, samples

    def _chunks(self) -> Iterator[bytes]:
        while chunk := self._source.take():
            self._outlet.tracker.chunk_taken(chunk.sequence_number, len(chunk.data))
            yield chunk.data


def _open_codec(layout: RawLayout) -> av.AudioCodecContext:
    codec = cast("av.AudioCodecContext", av.CodecContext.create(f"pcm_{layout.sample_format}", "r"))
    codec.sample_rate = layout.rate_hz
    codec.layout = f"{layout.channels} channels"
    return codec
