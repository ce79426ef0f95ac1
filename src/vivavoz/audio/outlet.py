"""The last step of a decoder: frames become stretches of PCM, and chunks become complete."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import av

from vivavoz.audio.completion import CompletionTracker
from vivavoz.audio.pcm import SAMPLE_RATE_HZ, DecodedAudio, Pcm
from vivavoz.audio.resampler import MonoResampler
from vivavoz.audio.sink import AudioSink

_GATHERED_SAMPLES = SAMPLE_RATE_HZ // 2


class AudioOutlet:
    """Gathers what is decoded and gives it to the sink when about half a second is together, and
    all of it before the decoder waits: a packet is some 20 ms, and whatever is done for each costs
    a session more than its decoding.

    Args:
        sink: gets the audio.
    """

    def __init__(self, sink: AudioSink) -> None:
        self._sink = sink
        self._resampler = MonoResampler()
        self._told = 0
        self.tracker = CompletionTracker()

    @property
    def is_dry(self) -> bool:
        """Whether there was no sound yet."""
        return not self._resampler.due_samples

    def decoded(self, frames: Sequence[av.AudioFrame], end_byte: int | None) -> None:
        """Take frames, with which all sound before that byte of the stream is here; none if it is
        not known."""
        for frame in frames:
            self._resampler.push(frame)
        if end_byte is not None:
            self.tracker.decoded(end_byte, self._resampler.due_samples)
        if self._resampler.due_samples - self._resampler.out_samples >= _GATHERED_SAMPLES:
            with self.resting():
                pass

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Entered while the decoder does nothing: all that came out is given before."""
        self._pour(self._resampler.pull())
        with self._sink.resting():
            yield

    def drain(self) -> None:
        """The sound is over, if not the stream: give what the resampler keeps."""
        self._pour(self._resampler.flush())

    def finish(self) -> None:
        """The stream is over: all its chunks are complete."""
        self.tracker.finish()
        self._pour(self._resampler.flush())

    def _pour(self, samples: Pcm) -> None:
        self.tracker.samples_out(self._resampler.out_samples)
        complete = self.tracker.complete_sequence_number
        if len(samples) or complete != self._told:
            self._told = complete
            self._sink.heard(DecodedAudio(samples, complete))
