"""Who may start a session now."""

import pytest

from vivavoz.errors import (
    ResourceUnavailableError,
    TooManySessionsError,
    TooManySessionsForAddressError,
)
from vivavoz.runtime.admission import Admission
from vivavoz.settings import Settings


def test_sessions_in_all_and_per_address() -> None:
    admission = Admission(Settings(max_sessions=3, max_sessions_per_address=2))
    admission.admit("a", 0.0)
    admission.admit("a", 0.0)
    with pytest.raises(TooManySessionsForAddressError, match="2 sessions") as one_too_many:
        admission.admit("a", 0.0)
    assert one_too_many.value.details == {"max_sessions_per_address": 2}
    admission.admit("b", 0.0)
    with pytest.raises(TooManySessionsError, match="in 10 seconds") as full:
        admission.admit("c", 0.0)
    assert full.value.details == {"max_sessions": 3, "retry_after_s": 10.0}
    admission.release("a")
    admission.admit("c", 0.0)
    assert admission.sessions == 3


def test_an_address_that_left_is_forgotten() -> None:
    admission = Admission(Settings())
    for _ in range(2):
        admission.admit("a", 0.0)
    admission.admit("b", 0.0)
    admission.release("a")
    assert admission._by_address == {"a": 1, "b": 1}
    admission.release("a")
    assert admission._by_address == {"b": 1}
    assert admission.sessions == 1


def test_a_busy_machine_takes_no_new_session() -> None:
    admission = Admission(Settings(max_queue_wait_s=1.0))
    admission.admit("a", 1.0)
    with pytest.raises(ResourceUnavailableError, match=r"lag 2\.1 s .* in 13 seconds") as refused:
        admission.admit("b", 2.1234)
    assert refused.value.details == {"queue_wait_s": 2.123, "retry_after_s": 13}
    assert admission.sessions == 1
