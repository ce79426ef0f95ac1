"""Incremental decoding of a growing stream to 16 kHz mono float32."""

from collections.abc import Callable, Iterator
from typing import Protocol

from vivavoz.audio.container import ContainerDecoder
from vivavoz.audio.formats import AudioFormat, Container
from vivavoz.audio.pcm import DecodedAudio
from vivavoz.audio.uncompressed import PcmDecoder


class AudioDecoder(Protocol):
    """Decodes one stream. It starts no thread: the caller owns the one that runs ``blocks``.

    The queue of chunks has no bound of its own: feed no more while ``pending_chunks`` is high.
    Chunks must come in order and once each; a decoder does not notice a missing one.
    """

    def feed(self, data: bytes, sequence_number: int) -> None:
        """Hand over the next chunk. Any thread; never blocks."""

    def end(self) -> None:
        """No more chunks come: ``blocks`` decodes what is there and finishes. Any thread."""

    def abort(self) -> None:
        """Stop at once: ``blocks`` finishes without an error and everything is freed. Any
        thread."""

    def blocks(self) -> Iterator[DecodedAudio]:
        """The stream's audio as it becomes known, blocking between chunks. To be run once, in one
        thread. The timeline is the count of samples: timestamps in the container are ignored.

        Raises:
            InvalidFormatError: the bytes are not audio of the announced type, or there are none.
        """

    @property
    def pending_chunks(self) -> int:
        """Chunks fed and not yet taken by the demuxer."""


def open_decoder(
    audio_format: AudioFormat, on_waiting: Callable[[], None] = lambda: None
) -> AudioDecoder:
    """A decoder for one stream of that format.

    Args:
        audio_format: of the stream.
        on_waiting: told, on the thread that runs ``blocks``, when the decoder is about to wait for
            a chunk. Must not raise.
    """
    if audio_format.container in (Container.RAW, Container.WAV):
        return PcmDecoder(audio_format, on_waiting)
    return ContainerDecoder(audio_format, on_waiting)
