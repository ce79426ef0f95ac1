"""Which chunk a stretch of audio came from: sample indexes into sequence numbers and back."""

from bisect import bisect_left
from collections import deque

from vivavoz.session.records import DurableMark


class Watermarks:
    """The decoder's trail: after ``sample_index`` samples, all chunks up to ``sequence_number`` had
    been decoded whole. Entries behind the durable mark are forgotten.

    Args:
        mark: where the trail begins.
    """

    def __init__(self, mark: DurableMark) -> None:
        self._trail: deque[DurableMark] = deque()
        self._settled = mark
        self._decoded = mark

    @property
    def decoded(self) -> DurableMark:
        """How far the decoder has come."""
        return self._decoded

    @property
    def settled(self) -> DurableMark:
        """How far everything is final."""
        return self._settled

    def decoder_reached(self, mark: DurableMark) -> None:
        """The decoder put out audio up to ``mark``."""
        if mark.sequence_number > self._decoded.sequence_number:
            self._trail.append(mark)
        self._decoded = mark

    def settle(self, sample_index: int) -> DurableMark:
        """All audio before ``sample_index`` is final: the mark that this makes durable."""
        sequence_number = self._settled.sequence_number
        while self._trail and self._trail[0].sample_index <= sample_index:
            sequence_number = self._trail.popleft().sequence_number
        self._settled = DurableMark(sequence_number, max(sample_index, self._settled.sample_index))
        return self._settled

    def chunk_at(self, sample_index: int) -> int:
        """The newest chunk whose audio lies before ``sample_index``."""
        position = bisect_left(self._trail, sample_index, key=lambda mark: mark.sample_index)
        if position < len(self._trail):
            return self._trail[position].sequence_number
        return self._decoded.sequence_number
