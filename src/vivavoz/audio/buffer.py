"""PCM by absolute sample index. [pure]"""

import numpy as np

from vivavoz.audio.pcm import SAMPLE_RATE_HZ, Pcm

_INITIAL_SAMPLES = SAMPLE_RATE_HZ


class PcmBuffer:
    """The newest part of a stream, addressed by sample index from the stream's beginning.

    Holds the samples ``start_index <= index < end_index``. Appending costs amortised constant time
    a sample; memory is taken for at most four times the longer of what is held and one second.
    """

    def __init__(self, start_index: int = 0) -> None:
        if start_index < 0:
            raise ValueError("start_index must not be negative")
        self._samples: Pcm = np.empty(_INITIAL_SAMPLES, np.float32)
        self._offset = 0  # where start_index lies in _samples
        self._start_index = start_index
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def start_index(self) -> int:
        """Index of the oldest sample held."""
        return self._start_index

    @property
    def end_index(self) -> int:
        """Index that the next sample appended will get."""
        return self._start_index + self._length

    def append(self, samples: Pcm) -> None:
        """Add samples at ``end_index``."""
        end = self._offset + self._length
        if end + len(samples) > len(self._samples):
            self._move(self._length + len(samples))
            end = self._length
        self._samples[end : end + len(samples)] = samples
        self._length += len(samples)

    def slice(self, start_index: int, end_index: int) -> Pcm:
        """A copy of the samples ``start_index <= index < end_index``.

        Raises:
            IndexError: some of them are dropped already, or have not come yet.
        """
        if not self._start_index <= start_index <= end_index <= self.end_index:
            raise IndexError(
                f"samples {start_index}..{end_index} are not all within the "
                f"{self._start_index}..{self.end_index} held"
            )
        base = self._offset - self._start_index
        return self._samples[base + start_index : base + end_index].copy()

    def drop_before(self, sample_index: int) -> None:
        """Forget the samples before an index. An index already dropped changes nothing, one not
        yet reached drops all there is."""
        dropped = min(max(sample_index - self._start_index, 0), self._length)
        self._offset += dropped
        self._start_index += dropped
        self._length -= dropped
        if len(self._samples) > 4 * max(self._length, _INITIAL_SAMPLES):
            self._move(self._length)

    def _move(self, wanted_samples: int) -> None:
        """Bring what is held to the front of memory with room for as much again."""
        held = self._samples[self._offset : self._offset + self._length]
        self._samples = np.empty(max(2 * wanted_samples, _INITIAL_SAMPLES), np.float32)
        self._samples[: self._length] = held
        self._offset = 0
