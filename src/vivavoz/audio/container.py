"""Decoding of a container that is still growing, with PyAV (FFmpeg's libraries)."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import av
from av.container import InputContainer

from vivavoz.audio import mp4
from vivavoz.audio.formats import AudioFormat, Container
from vivavoz.audio.outlet import AudioOutlet
from vivavoz.audio.signature import SIGNATURE_BYTES, check_signature
from vivavoz.audio.source import ChunkSource
from vivavoz.errors import InvalidFormatError

DEMUXERS = {
    Container.WEBM: "matroska",
    Container.OGG: "ogg",
    Container.MP4: "mp4",
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

# A header may hold a picture, but no codec here needs that much for one packet: a container that
# swallows more without giving sound is broken, or wants our memory.
_MAX_BYTES_BEFORE_AUDIO = 8 * 1024 * 1024
_MAX_BYTES_WITHOUT_AUDIO = 512 * 1024
_MAX_ERRORS_IN_A_ROW = 50


class PacketDecoder:
    """The audio stream of an open container, packet by packet. Damaged places are skipped, and the
    timeline is shorter by what was in them.

    Raises (all methods):
        InvalidFormatError: there is no audio stream, or it is damaged all over.
    """

    def __init__(self, container: InputContainer) -> None:
        self._container = container
        self._stream = _audio_stream(container)
        self._stream.codec_context.thread_count = 1
        self._errors_in_a_row = 0

    def packets(self) -> Iterator["av.Packet[av.AudioStream]"]:
        """The packets to the end of the stream; the last is empty and flushes the codec."""
        while True:
            try:
                yield from self._container.demux(self._stream)
            except av.FFmpegError as error:
                self._skip(error)  # the next read goes on behind the damage
            else:
                return

    def decode(self, packet: "av.Packet[av.AudioStream]") -> Sequence[av.AudioFrame]:
        """The frames that a packet gives."""
        try:
            frames = self._stream.decode(packet)
        except av.FFmpegError as error:
            self._skip(error)
            return ()
        self._errors_in_a_row = 0
        return frames

    def _skip(self, error: av.FFmpegError) -> None:
        self._errors_in_a_row += 1
        if self._errors_in_a_row > _MAX_ERRORS_IN_A_ROW:
            raise InvalidFormatError(
                "The audio is damaged: nothing can be decoded any more. Start a new recording."
            ) from error


class ContainerDecoder:
    """Decodes the chunks of a container.

    When is a chunk complete? A packet's ``pos`` is the byte where it begins or a byte before it
    (its block in Matroska, its page in Ogg, its parser's buffer in bare MP3, AAC and FLAC), and a
    stream that cannot be sought comes in the order of its bytes. So when a packet with ``pos`` at
    or past the end of a chunk has come, every packet with a byte in the chunk came before it.
    That packet is decoded too before the chunk counts, because the frames of AAC, MP3, Vorbis and
    Opus overlap the next. Packets with no known ``pos`` complete nothing.

    Args:
        audio_format: what was announced.
        source: where the chunks come from.
        outlet: where the audio goes.
    """

    def __init__(self, audio_format: AudioFormat, source: ChunkSource, outlet: AudioOutlet) -> None:
        self._format = audio_format
        self._source = source
        self._outlet = outlet
        self._unread = memoryview(b"")
        self._bytes_without_audio = 0
        self._max_bytes_without_audio = _MAX_BYTES_BEFORE_AUDIO

    def read(self, size: int) -> bytes:
        """Called back by FFmpeg, in the thread of ``run``: up to ``size`` bytes, as soon as
        there are any; none at the end, however often it asks."""
        while not self._unread and not self._silent_too_long and self._take():
            pass  # an empty chunk is not the end
        data, self._unread = bytes(self._unread[:size]), self._unread[size:]
        return data

    @property
    def _silent_too_long(self) -> bool:
        return self._bytes_without_audio > self._max_bytes_without_audio

    def _take(self) -> bool:
        chunk = self._source.take()
        if chunk is None:
            return False
        self._outlet.tracker.chunk_taken(chunk.sequence_number, len(chunk.data))
        self._bytes_without_audio += len(chunk.data)
        self._unread = memoryview(bytes(self._unread) + chunk.data)
        return True

    def run(self) -> None:
        """Decode to the end.

        Raises:
            InvalidFormatError: the bytes are not audio of that format, or there are none.
        """
        try:
            self._decode()
        except (av.FFmpegError, InvalidFormatError) as error:
            if self._source.aborted:
                return
            if isinstance(error, InvalidFormatError):
                raise
            raise self._invalid() from error

    def _decode(self) -> None:
        with closing(self._open()) as container:
            decoder = PacketDecoder(container)
            for packet in decoder.packets():
                frames = decoder.decode(packet)
                if frames:
                    self._bytes_without_audio = 0
                    self._max_bytes_without_audio = _MAX_BYTES_WITHOUT_AUDIO
                self._outlet.decoded(frames, packet.pos)
            if self._source.aborted:
                return
            if self._outlet.is_dry:
                raise self._invalid()
            self._outlet.drain()
        # A little may follow the container's own end; more is a stream that we lost.
        while self.read(_READ_AHEAD_BYTES):
            pass
        if self._silent_too_long:
            raise InvalidFormatError(
                "The stream is broken, no sound has come out of its last "
                f"{self._bytes_without_audio} bytes: start a new recording.",
                mime_type=self._format.mime_type,
            )
        self._outlet.finish()

    def _open(self) -> InputContainer:
        self._take_until(lambda head: len(head) >= SIGNATURE_BYTES)
        check_signature(self._format, bytes(self._unread))
        if self._format.container is Container.MP4:
            self._take_until(lambda head: len(head) >= (mp4.header_bytes(head) or sys.maxsize))
        return av.open(
            self,
            "r",
            format=DEMUXERS[self._format.container],
            options=_STREAMING_OPTIONS,
            metadata_errors="replace",
            buffer_size=max(len(self._unread), _READ_AHEAD_BYTES),
        )

    def _take_until(self, enough: Callable[[bytes], bool]) -> None:
        while not enough(bytes(self._unread)) and self._take():
            pass

    def _invalid(self) -> InvalidFormatError:
        return InvalidFormatError(
            f"No sound could be decoded from these bytes, announced as {self._format.mime_type}: "
            "send every chunk of the stream, in order, from its very first one.",
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
