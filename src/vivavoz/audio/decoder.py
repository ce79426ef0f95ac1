"""Incremental decoding of a growing stream to 16 kHz mono float32."""

from typing import Protocol

from vivavoz.audio.container import ContainerDecoder
from vivavoz.audio.formats import AudioFormat, Container
from vivavoz.audio.sink import AudioSink
from vivavoz.audio.uncompressed import PcmDecoder


class AudioDecoder(Protocol):
    """Decodes one stream. It starts no thread: the caller owns the one that calls ``run``.

    The queue of chunks has no bound of its own: feed no more while ``pending_chunks`` is high.
    Chunks must come in order and once each; a decoder does not notice a missing one.
    """

    def feed(self, data: bytes, sequence_number: int) -> None:
        """Hand over the next chunk. Any thread; never blocks."""

    def end(self) -> None:
        """No more chunks come: ``run`` decodes what is there and returns. Any thread."""

    def abort(self) -> None:
        """Stop at once: ``run`` returns without an error and everything is freed. Any thread."""

    def run(self) -> None:
        """Decode to the end, giving the sink the stream's audio as it becomes known and blocking
        between chunks. To be called once, in one thread. The timeline is the count of samples:
        timestamps in the container are ignored.

        Raises:
            InvalidFormatError: the bytes are not audio of the announced type, or there are none.
        """

    @property
    def pending_chunks(self) -> int:
        """Chunks fed and not yet taken by the demuxer."""


def open_decoder(audio_format: AudioFormat, sink: AudioSink) -> AudioDecoder:
    """A decoder for one stream of that format, whose audio goes to the sink."""
    if audio_format.container in (Container.RAW, Container.WAV):
        return PcmDecoder(audio_format, sink)
    return ContainerDecoder(audio_format, sink)
