"""The durable mark is where what is settled is, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoz.session.records import DurableMark
from vivavoz.session.watermarks import Watermarks

STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),  # chunks completed by a block
        st.integers(0, 4000),  # its samples
        st.floats(0, 1),  # how far everything decoded is settled
    ),
    max_size=40,
)


@given(STEPS)
def test_exactly_the_chunks_are_durable_whose_audio_is_all_settled(
    steps: list[tuple[int, int, float]],
) -> None:
    watermarks = Watermarks(DurableMark())
    ends: dict[int, int] = {}
    sequence_number = sample_index = settled = 0
    for chunks, samples, share in steps:
        sample_index += samples
        for _ in range(chunks):
            sequence_number += 1
            ends[sequence_number] = sample_index
        watermarks.decoder_reached(DurableMark(sequence_number, sample_index))
        settled = max(settled, int(share * sample_index))
        mark = watermarks.settle(settled)
        assert mark.sample_index == settled
        durable = [number for number, end in ends.items() if end <= settled]
        assert mark.sequence_number == max(durable, default=0)
        assert watermarks.settled == mark
    assert watermarks.decoded == DurableMark(sequence_number, sample_index)
    assert watermarks.settle(sample_index).sequence_number == sequence_number


def test_a_settled_mark_never_moves_back() -> None:
    watermarks = Watermarks(DurableMark())
    watermarks.decoder_reached(DurableMark(2, 2000))
    assert watermarks.settle(2000) == DurableMark(2, 2000)
    assert watermarks.settle(500) == DurableMark(2, 2000)


def test_which_chunk_audio_came_from() -> None:
    watermarks = Watermarks(DurableMark(4, 1000))
    for mark in (DurableMark(5, 2000), DurableMark(5, 2500), DurableMark(6, 3000)):
        watermarks.decoder_reached(mark)
    assert watermarks.chunk_at(1500) == 5
    assert watermarks.chunk_at(2000) == 5
    assert watermarks.chunk_at(2001) == 6
    assert watermarks.chunk_at(9999) == 6
    watermarks.settle(2000)
    assert watermarks.chunk_at(2400) == 6
