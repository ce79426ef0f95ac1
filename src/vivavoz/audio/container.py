"""Decoding of a container that is still growing, with PyAV (FFmpeg's libraries)."""

from collections.abc import Iterator
from contextlib import closing

import av
import numpy as np
from av.container import InputContainer

from vivavoz.audio.completion import CompletionTracker
from vivavoz.audio.formats import AudioFormat, Container
from vivavoz.audio.pcm import EMPTY, DecodedAudio, Pcm
from vivavoz.audio.resampler import MonoResampler
from vivavoz.audio.source import ChunkSource
from vivavoz.errors import InvalidFormatError

DEMUXERS = {
    Container.WEBM: "matroska",
    Container.OGG: "ogg",
    Container.MP4: "mp4",
    Container.WAV: "wav",
    Container.MP3: "mp3",
    Container.AAC: "aac",
    Container.FLAC: "flac",
}

# Naming the demuxer spares the probing, and these spare most of the analysis: the first packet
# must not wait for the second. (Not "fflags": "nobuffer": it drops what the analysis has read.)
_STREAMING_OPTIONS = {
    "probesize": "32",
    "analyzeduration": "0",
    "fpsprobesize": "0",
}
_READ_AHEAD_BYTES = 4096

# No codec here needs that much for one packet: a container that swallows more without giving any
# is broken, or wants our memory.
_MAX_BYTES_WITHOUT_AUDIO = 8 * 1024 * 1024
_MAX_CORRUPT_PACKETS_IN_A_ROW = 50


class PacketDecoder:
    """Packets of one audio stream in, PCM out. Corrupt packets are skipped."""

    def __init__(self, container: InputContainer) -> None:
        self.stream = _audio_stream(container)
        self.stream.codec_context.thread_count = 1
        self.resampler = MonoResampler()
        self._corrupt_in_a_row = 0

    def decode(self, packet: "av.Packet[av.AudioStream]") -> Pcm:
        """The PCM that a packet gives.

        Raises:
            InvalidFormatError: too many packets in a row were corrupt.
        """
        try:
            frames = self.stream.decode(packet)
        except av.FFmpegError as error:
            self._corrupt_in_a_row += 1
            if self._corrupt_in_a_row > _MAX_CORRUPT_PACKETS_IN_A_ROW:
                raise InvalidFormatError(
                    "The audio is damaged: too many packets in a row cannot be decoded. "
                    "Start a new recording."
                ) from error
            return EMPTY
        self._corrupt_in_a_row = 0
        blocks = [self.resampler.push(frame) for frame in frames]
        return np.concatenate(blocks) if blocks else EMPTY

    def flush(self) -> Pcm:
        """What the resampler still holds, once the last packet was decoded."""
        return self.resampler.flush()


class ContainerDecoder:
    """An ``AudioDecoder`` of a container.

    When is a chunk complete? A packet's ``pos`` is the byte where it begins or a byte before it
    (its block in Matroska, its page in Ogg, its parser's buffer in bare MP3, AAC and FLAC), and a
    stream that cannot be sought comes in the order of its bytes. So when a packet with ``pos`` at
    or past the end of a chunk has come, every packet with a byte in the chunk came before it.
    That packet is decoded too before the chunk counts, because the frames of AAC, MP3, Vorbis and
    Opus overlap the next. Packets with no known ``pos`` complete nothing.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._source = ChunkSource()
        self._tracker = CompletionTracker()
        self._unread = b""
        self._bytes_without_audio = 0

    def feed(self, data: bytes, sequence_number: int) -> None:
        self._source.feed(data, sequence_number)

    def end(self) -> None:
        self._source.end()

    def abort(self) -> None:
        self._source.abort()

    @property
    def pending_chunks(self) -> int:
        return self._source.pending_chunks

    def read(self, size: int) -> bytes:
        """Called back by FFmpeg, in the thread of ``blocks``: up to ``size`` bytes, as soon as
        there are any; none at the end, however often it asks."""
        if not self._unread:
            chunk = self._source.take()
            if chunk is None or self._bytes_without_audio > _MAX_BYTES_WITHOUT_AUDIO:
                return b""
            self._tracker.chunk_taken(chunk.sequence_number, len(chunk.data))
            self._bytes_without_audio += len(chunk.data)
            self._unread = chunk.data
        data, self._unread = self._unread[:size], self._unread[size:]
        return data

    def blocks(self) -> Iterator[DecodedAudio]:
        try:
            for block in self._decode():
                if self._source.aborted:
                    return
                yield block
        except av.FFmpegError as error:
            if not self._source.aborted:
                raise self._invalid() from error

    def _decode(self) -> Iterator[DecodedAudio]:
        tracker = self._tracker
        with closing(self._open()) as container:
            decoder = PacketDecoder(container)
            resampler = decoder.resampler
            for packet in container.demux(decoder.stream):
                samples = decoder.decode(packet)
                if len(samples):
                    self._bytes_without_audio = 0
                before = tracker.complete_sequence_number
                if packet.pos is not None:
                    tracker.decoded(packet.pos, resampler.due_samples)
                tracker.samples_out(resampler.out_samples)
                if len(samples) or tracker.complete_sequence_number != before:
                    yield DecodedAudio(samples, tracker.complete_sequence_number)
            if not resampler.out_samples:
                raise self._invalid()
            yield DecodedAudio(decoder.flush(), tracker.complete_sequence_number)
        # What follows the container's own end, a WAV file's last chunks for one, is no audio.
        while self.read(_READ_AHEAD_BYTES):
            pass
        tracker.finish()
        yield DecodedAudio(EMPTY, tracker.complete_sequence_number)

    def _open(self) -> InputContainer:
        return av.open(
            self,
            "r",
            format=DEMUXERS[self._format.container],
            options=_STREAMING_OPTIONS,
            buffer_size=_READ_AHEAD_BYTES,
        )

    def _invalid(self) -> InvalidFormatError:
        return InvalidFormatError(
            f"The bytes are not audio of type {self._format.mime_type}: no sound could be decoded "
            "from them. Send the stream from its very first chunk, and announce the MIME type "
            "that the recorder really uses (MediaRecorder.mimeType).",
            mime_type=self._format.mime_type,
        )


def _audio_stream(container: InputContainer) -> av.AudioStream:
    stream = container.streams.best("audio")
    if not isinstance(stream, av.AudioStream) or stream.codec_context is None:
        raise InvalidFormatError(
            "There is no sound that can be decoded in these bytes: send a recording with an audio "
            "track in a common codec such as Opus, AAC or PCM."
        )
    return stream
