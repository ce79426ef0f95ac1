"""The PCM buffer against the plain array that it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vivavoz.audio.buffer import PcmBuffer
from vivavoz.audio.pcm import SAMPLE_RATE_HZ


def ramp(start: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (np.arange(start, start + count) % 65_521).astype(np.float32)


def memory_samples(buffer: PcmBuffer) -> int:
    """For how many samples it takes memory, whatever it calls it."""
    arrays = [value for value in vars(buffer).values() if isinstance(value, np.ndarray)]
    assert arrays
    return sum(array.nbytes for array in arrays) // 4


class BufferMachine(RuleBasedStateMachine):
    """Every sample's value tells its index, so any slice can be checked without a model."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = PcmBuffer()
        self.start = self.end = 0

    @rule(count=st.integers(0, 3 * SAMPLE_RATE_HZ))
    def append(self, count: int) -> None:
        self.buffer.append(ramp(self.end, count))
        self.end += count

    @rule(ahead=st.integers(-1000, 4 * SAMPLE_RATE_HZ))
    def drop(self, ahead: int) -> None:
        self.buffer.drop_before(self.start + ahead)
        self.start = min(max(self.start, self.start + ahead), self.end)

    @precondition(lambda self: self.end > self.start)
    @rule(data=st.data())
    def slice(self, data: st.DataObject) -> None:
        first = data.draw(st.integers(self.start, self.end))
        last = data.draw(st.integers(first, self.end))
        np.testing.assert_array_equal(self.buffer.slice(first, last), ramp(first, last - first))

    @invariant()
    def knows_what_it_holds(self) -> None:
        assert (self.buffer.start_index, self.buffer.end_index) == (self.start, self.end)
        assert len(self.buffer) == self.end - self.start
        np.testing.assert_array_equal(
            self.buffer.slice(self.start, self.end), ramp(self.start, self.end - self.start)
        )

    @invariant()
    def memory_is_bounded(self) -> None:
        assert memory_samples(self.buffer) <= 4 * max(len(self.buffer), SAMPLE_RATE_HZ)


TestBuffer = BufferMachine.TestCase


@given(st.integers(0, 100), st.integers(0, 100), st.integers(-50, 150), st.integers(-50, 150))
def test_a_slice_outside_what_is_held_is_refused(
    start: int, length: int, first: int, last: int
) -> None:
    buffer = PcmBuffer(start)
    buffer.append(ramp(start, length))
    if start <= first <= last <= start + length:
        assert len(buffer.slice(first, last)) == last - first
    else:
        with pytest.raises(IndexError, match="not all within"):
            buffer.slice(first, last)


def test_a_slice_is_a_copy() -> None:
    buffer = PcmBuffer()
    buffer.append(ramp(0, 10))
    buffer.slice(0, 10)[:] = -1
    np.testing.assert_array_equal(buffer.slice(0, 10), ramp(0, 10))


def test_an_hour_in_a_sliding_window_stays_small() -> None:
    buffer = PcmBuffer()
    block = np.zeros(SAMPLE_RATE_HZ // 2, np.float32)
    for _ in range(2 * 3600):
        buffer.append(block)
        buffer.drop_before(buffer.end_index - 30 * SAMPLE_RATE_HZ)
    assert buffer.end_index == 3600 * SAMPLE_RATE_HZ
    assert memory_samples(buffer) <= 4 * 30 * SAMPLE_RATE_HZ


def test_a_negative_start_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        PcmBuffer(-1)
