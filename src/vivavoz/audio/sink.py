"""Where a decoder's audio goes."""

from contextlib import AbstractContextManager
from typing import Protocol

from vivavoz.audio.pcm import DecodedAudio


class AudioSink(Protocol):
    """Called by a decoder, on the thread that runs it."""

    def heard(self, audio: DecodedAudio) -> None:
        """The next audio: all that came of the chunks so far when the decoder is about to wait,
        about half a second at a time while more of them are there."""

    def resting(self) -> AbstractContextManager[None]:
        """Entered while the decoder waits for a chunk, and for a moment after each half second of
        audio while it need not wait: until it is left, the decoder does nothing."""
