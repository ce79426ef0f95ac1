"""The client library: a dictation that survives lost connections and restarted servers."""

from vivavoz.client.buffer import RecordedStream
from vivavoz.client.protocol import Link
from vivavoz.client.stream import VivavozClient
from vivavoz.client.transcript import LiveTranscript

__all__ = ["Link", "LiveTranscript", "RecordedStream", "VivavozClient"]
