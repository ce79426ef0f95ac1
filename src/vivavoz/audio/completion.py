"""Which chunks of a stream are wholly in the audio that came out. [pure]

A chunk's edges are bytes of the container, a block's edges are samples, and between them stand a
demuxer that may hold a packet until it is whole, a codec whose frames overlap, and a resampler
with a memory. ``CompletionTracker`` joins the two ends from three facts, each reported as it
happens: a chunk was taken and ends at a byte; everything before a byte is now known to have given
so many samples; so many samples have come out.
"""

from collections import deque


class CompletionTracker:
    """Follows bytes in and samples out, and says which chunk is complete."""

    def __init__(self) -> None:
        self.taken_bytes = 0
        """Bytes of all chunks taken so far."""
        self._taken: deque[tuple[int, int]] = deque()  # (end byte, sequence number)
        self._decoded: deque[tuple[int, int]] = deque()  # (end sample, sequence number)
        self._newest = 0
        self._complete: int | None = None

    @property
    def complete_sequence_number(self) -> int:
        """Newest complete chunk; one less than the first taken while there is none, 0 before."""
        return self._complete or 0

    def chunk_taken(self, sequence_number: int, size_bytes: int) -> None:
        """The demuxer begins to read the next chunk."""
        if self._complete is None:
            self._complete = sequence_number - 1
        self._newest = sequence_number
        self.taken_bytes += size_bytes
        self._taken.append((self.taken_bytes, sequence_number))

    def decoded(self, end_byte: int, end_sample: int) -> None:
        """All audio that lies before ``end_byte`` is in the samples before ``end_sample``."""
        newest = None
        while self._taken and self._taken[0][0] <= end_byte:
            newest = self._taken.popleft()[1]
        if newest is not None:
            self._decoded.append((end_sample, newest))

    def samples_out(self, total_samples: int) -> None:
        """So many samples have come out since the beginning of the stream."""
        while self._decoded and self._decoded[0][0] <= total_samples:
            self._complete = self._decoded.popleft()[1]

    def finish(self) -> None:
        """The stream is over and everything is out."""
        self._taken.clear()
        self._decoded.clear()
        self._complete = self._newest
