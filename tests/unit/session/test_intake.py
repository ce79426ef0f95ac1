"""The gate through which chunks enter: limits, order, flow control."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.session.sessions import SESSION_ID, START, numbers
from vivavoz.errors import (
    ChunkLimitReachedError,
    ChunkTooLargeError,
    InvalidStateError,
    LimitError,
    RateLimitedError,
    SequenceMismatchError,
    SessionBytesLimitReachedError,
    TooManyUnacknowledgedError,
    VivavozError,
)
from vivavoz.session.entities import AudioChunk
from vivavoz.session.intake import AudioIntake
from vivavoz.session.limits import SessionRules
from vivavoz.settings import Settings

RULES = SessionRules.from_settings(Settings())


def chunk(number: int, size: int = 10) -> AudioChunk:
    return AudioChunk(
        chunk_id=str(number),
        session_id=SESSION_ID,
        sequence_number=number,
        timestamp=START,
        mime_type="audio/webm",
        audio_data=bytes(size),
        size_bytes=size,
    )


def intake(**rules: Any) -> AudioIntake:
    return AudioIntake(1, replace(RULES, **rules), now_s=0.0)


def refusal(error: type[VivavozError], call: Callable[[], object]) -> VivavozError:
    with pytest.raises(error) as raised:
        call()
    return raised.value


def test_a_chunk_over_the_size_is_not_taken() -> None:
    gate = intake(max_chunk_bytes=100)
    error = refusal(ChunkTooLargeError, lambda: gate.offer(chunk(1, 101), 0.0))
    assert error.details == {"size_bytes": 101, "max_chunk_bytes": 100}
    assert numbers(gate.offer(chunk(1, 100), 0.0)) == [1]


def test_180_000_chunks_are_enough() -> None:
    gate = AudioIntake(180_000, RULES, now_s=0.0)
    assert numbers(gate.offer(chunk(180_000), 0.0)) == [180_000]
    gate.acknowledge()
    error = refusal(ChunkLimitReachedError, lambda: gate.offer(chunk(180_001), 0.0))
    assert isinstance(error, LimitError)
    assert not error.recoverable
    assert error.details == {"max_chunks": 180_000}


def test_bytes_of_a_session_are_limited() -> None:
    gate = intake(max_session_bytes=100)
    gate.offer(chunk(1, 60), 0.0)
    error = refusal(SessionBytesLimitReachedError, lambda: gate.offer(chunk(2, 41), 0.0))
    assert error.details == {"max_session_bytes": 100}
    assert numbers(gate.offer(chunk(2, 40), 0.0)) == [2]
    assert gate.bytes_received == 100


def test_chunks_sent_again_cost_no_bytes() -> None:
    gate = intake(max_session_bytes=100)
    gate.offer(chunk(1, 60), 0.0)
    assert gate.offer(chunk(1, 60), 0.0) == []
    assert gate.bytes_received == 60


def test_the_rate_is_an_average_over_ten_seconds() -> None:
    gate = intake(max_chunks_per_second=2, max_unacknowledged_chunks=1000)
    for number in range(1, 21):
        gate.offer(chunk(number), 0.0)
    error = refusal(RateLimitedError, lambda: gate.offer(chunk(21), 0.0))
    assert error.recoverable
    assert error.details == {"expected_sequence_number": 21, "retry_after_s": 1.0}
    assert numbers(gate.offer(chunk(21), 0.5)) == [21]
    refusal(RateLimitedError, lambda: gate.offer(chunk(22), 0.5))
    assert numbers(gate.offer(chunk(22), 1.0)) == [22]


def test_flow_control_counts_from_the_last_ack() -> None:
    gate = intake(max_unacknowledged_chunks=2)
    gate.offer(chunk(1), 0.0)
    gate.offer(chunk(2), 0.0)
    error = refusal(TooManyUnacknowledgedError, lambda: gate.offer(chunk(3), 0.0))
    assert error.details == {"expected_sequence_number": 3, "max_unacknowledged_chunks": 2}
    gate.acknowledge()
    assert gate.acknowledged_sequence_number == 2
    assert numbers(gate.offer(chunk(3), 0.0)) == [3]


def test_a_missing_chunk_is_told_once_until_it_came() -> None:
    gate = intake()
    error = refusal(SequenceMismatchError, lambda: gate.offer(chunk(2), 0.0))
    assert error.details == {"expected_sequence_number": 1, "received_sequence_number": 2}
    waits = [gate.is_waiting]
    assert gate.offer(chunk(3), 0.0) == []
    assert numbers(gate.offer(chunk(1), 0.0)) == [1, 2, 3]
    waits.append(gate.is_waiting)
    assert waits == [True, False]
    refusal(SequenceMismatchError, lambda: gate.offer(chunk(5), 0.0))


def test_a_missing_chunk_is_told_again_after_a_resumption() -> None:
    gate = intake()
    refusal(SequenceMismatchError, lambda: gate.offer(chunk(2), 0.0))
    gate.connection_resumed()
    refusal(SequenceMismatchError, lambda: gate.offer(chunk(2), 0.0))


def test_only_what_is_missing_is_asked_for_as_often_as_need_be() -> None:
    gate = intake()
    gate.ask_for_missing()
    refusal(SequenceMismatchError, lambda: gate.offer(chunk(2), 0.0))
    for _ in range(2):
        error = refusal(SequenceMismatchError, gate.ask_for_missing)
        assert error.details == {"expected_sequence_number": 1}
    gate.offer(chunk(1), 0.0)
    gate.ask_for_missing()


def test_a_resumption_acknowledges_what_is_here() -> None:
    gate = intake(max_unacknowledged_chunks=1)
    gate.offer(chunk(1), 0.0)
    refusal(TooManyUnacknowledgedError, lambda: gate.offer(chunk(2), 0.0))
    gate.connection_resumed()
    assert gate.acknowledged_sequence_number == 1
    assert numbers(gate.offer(chunk(2), 0.0)) == [2]


@pytest.mark.parametrize("number", [3, 4])
def test_every_chunk_beyond_the_window_is_told_since_it_is_not_held(number: int) -> None:
    gate = intake(reorder_window_chunks=2)
    for _ in range(2):
        refusal(SequenceMismatchError, lambda: gate.offer(chunk(number), 0.0))
    assert not gate.is_waiting


def test_nothing_follows_the_end_of_a_stream() -> None:
    gate = intake()
    gate.offer(chunk(1), 0.0)
    gate.end_stream()
    refusal(InvalidStateError, lambda: gate.offer(chunk(2), 0.0))
    refusal(InvalidStateError, gate.require_open_stream)
    assert gate.offer(chunk(1), 0.0) == []
    gate.begin_stream()
    assert numbers(gate.offer(chunk(2), 0.0)) == [2]


def test_a_stream_with_a_gap_cannot_end() -> None:
    gate = intake()
    refusal(SequenceMismatchError, lambda: gate.offer(chunk(2), 0.0))
    error = refusal(SequenceMismatchError, gate.end_stream)
    assert error.details == {"expected_sequence_number": 1}
    refusal(SequenceMismatchError, gate.begin_stream)
    assert numbers(gate.offer(chunk(1), 0.0)) == [1, 2]


def test_the_last_chunk_ends_the_recording() -> None:
    gate = intake()
    gate.offer(chunk(1), 0.0)
    gate.expect_last(3)
    waits = [gate.is_waiting]
    for number in (2, 3):
        gate.offer(chunk(number), 0.0)
        waits.append(gate.is_waiting)
    assert waits == [True, True, False]
    refusal(InvalidStateError, lambda: gate.offer(chunk(4), 0.0))


def test_last_chunks_that_never_come_are_given_up() -> None:
    gate = intake()
    gate.offer(chunk(1), 0.0)
    gate.expect_last(3)
    missing, released = gate.give_up_missing()
    assert (missing.first, missing.last) == (2, 3)
    assert released == []
    assert not gate.is_waiting


def test_a_gap_before_the_last_chunk_is_given_up_first() -> None:
    gate = intake()
    refusal(SequenceMismatchError, lambda: gate.offer(chunk(2), 0.0))
    gate.expect_last(4)
    missing, released = gate.give_up_missing()
    assert (missing.first, missing.last) == (1, 1)
    assert numbers(released) == [2]
    assert gate.is_waiting
    assert gate.chunks_received == 1
