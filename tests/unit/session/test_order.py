"""Whatever the order of arrival, chunks come out once each and in order."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.session.sessions import START, chunk, numbers
from vivavoz.session.order import ChunkOrder, MissingChunks


@given(
    count=st.integers(1, 20),
    window=st.integers(1, 25),
    arrivals=st.lists(st.integers(1, 20), max_size=60),
)
def test_every_chunk_once_and_in_order(count: int, window: int, arrivals: list[int]) -> None:
    order = ChunkOrder(1, window)
    released: list[int] = []
    for number in [n for n in arrivals if n <= count]:
        released += numbers(order.offer(chunk(number)))
        assert order.received_sequence_number == len(released)
    while order.expected_sequence_number <= count:  # the client sends again what is missing
        released += numbers(order.offer(chunk(order.expected_sequence_number)))
    assert released == list(range(1, count + 1))
    assert not order.has_gap


def test_what_is_beyond_the_window_is_not_held() -> None:
    order = ChunkOrder(1, window=3)
    assert order.offer(chunk(4)) == []
    assert not order.has_gap
    assert order.offer(chunk(3)) == []
    assert order.has_gap


def test_a_gap_is_given_up_with_the_time_that_it_spanned() -> None:
    order = ChunkOrder(1, window=10)
    order.offer(chunk(1))
    for number in (4, 5, 8):
        order.offer(chunk(number))
    missing, released = order.give_up_gap()
    assert missing == MissingChunks(2, 3, capture_s=0.75)
    assert numbers(released) == [4, 5]
    missing, released = order.give_up_gap()
    assert missing == MissingChunks(6, 7, capture_s=0.75)
    assert numbers(released) == [8]
    assert not order.has_gap


def test_a_clock_that_ran_back_spans_no_time() -> None:
    order = ChunkOrder(1, window=10)
    order.offer(chunk(1))
    order.offer(chunk(4).model_copy(update={"timestamp": START}))
    missing, _ = order.give_up_gap()
    assert missing.capture_s == 0.0


def test_a_loss_is_declared_in_words_and_figures() -> None:
    missing = MissingChunks(2, 3, capture_s=0.75)
    assert missing.sentence == "Chunks 2 to 3 never came; the transcript says so."
    assert missing.declared_at(1.23456) == {
        "first_sequence_number": 2,
        "last_sequence_number": 3,
        "at_s": 1.235,
        "duration_s": 0.75,
    }


def test_nothing_is_known_of_the_time_before_the_first_chunk() -> None:
    order = ChunkOrder(1, window=10)
    order.offer(chunk(3))
    missing, released = order.give_up_gap()
    assert missing == MissingChunks(1, 2, capture_s=None)
    assert numbers(released) == [3]


def test_a_late_chunk_of_a_gap_that_was_given_up_is_passed_over() -> None:
    order = ChunkOrder(1, window=10)
    order.offer(chunk(2))
    order.give_up_gap()
    assert order.offer(chunk(1)) == []
    assert numbers(order.offer(chunk(3))) == [3]
