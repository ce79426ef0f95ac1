"""The client library: a dictation that survives lost connections and restarted servers."""

from vivavoz.client.backlog import AudioFile, as_file
from vivavoz.client.buffer import RecordedStream
from vivavoz.client.link import Link
from vivavoz.client.stream import UPLOADED, VivavozClient
from vivavoz.client.transcript import LiveTranscript

__all__ = [
    "UPLOADED",
    "AudioFile",
    "Link",
    "LiveTranscript",
    "RecordedStream",
    "VivavozClient",
    "as_file",
]
