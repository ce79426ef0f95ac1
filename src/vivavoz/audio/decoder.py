"""Incremental decoding of a growing stream to 16 kHz mono float32."""

from vivavoz.audio.container import ContainerDecoder
from vivavoz.audio.formats import AudioFormat, Container
from vivavoz.audio.outlet import AudioOutlet
from vivavoz.audio.sink import AudioSink
from vivavoz.audio.source import ChunkSource
from vivavoz.audio.uncompressed import PcmDecoder


class AudioDecoder:
    """Decodes one stream. It starts no thread: the caller owns the one that calls ``run``.

    The queue of chunks has no bound of its own: feed no more while ``pending_chunks`` is high.
    Chunks must come in order and once each; a decoder does not notice a missing one.

    Args:
        audio_format: what was announced.
        sink: gets the audio.
    """

    def __init__(self, audio_format: AudioFormat, sink: AudioSink) -> None:
        outlet = AudioOutlet(sink)
        self._source = ChunkSource(outlet.resting)
        is_plain = audio_format.container in (Container.RAW, Container.WAV)
        kind = PcmDecoder if is_plain else ContainerDecoder
        self._decoder = kind(audio_format, self._source, outlet)

    def feed(self, data: bytes, sequence_number: int) -> None:
        """Hand over the next chunk. Any thread; never blocks."""
        self._source.feed(data, sequence_number)

    def end(self) -> None:
        """No more chunks come: ``run`` decodes what is there and returns. Any thread."""
        self._source.end()

    def abort(self) -> None:
        """Stop at once: ``run`` returns without an error and everything is freed. Any thread."""
        self._source.abort()

    def run(self) -> None:
        """Decode to the end, giving the sink the stream's audio as it becomes known and blocking
        between chunks. To be called once, in one thread. The timeline is the count of samples:
        timestamps in the container are ignored.

        Raises:
            InvalidFormatError: the bytes are not audio of the announced type, or there are none.
        """
        self._decoder.run()

    @property
    def is_exhausted(self) -> bool:
        """Whether the sink has all that can be decoded of what was fed."""
        return self._source.is_exhausted

    @property
    def pending_chunks(self) -> int:
        """Chunks fed and not yet taken by the demuxer."""
        return self._source.pending_chunks
