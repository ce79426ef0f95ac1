"""Who goes through the turnstile, and when."""

import threading
import time
from collections.abc import Callable

import pytest

from vivavoz.runtime.turnstile import Turnstile

PATIENCE_S = 30


def start(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_no_more_than_its_width_are_inside() -> None:
    turnstile = Turnstile(2)
    inside, most = 0, 0
    counting = threading.Lock()

    def come_and_go() -> None:
        nonlocal inside, most
        for _ in range(200):
            turnstile.enter()
            with counting:
                inside += 1
                most = max(most, inside)
            with counting:
                inside -= 1
            turnstile.leave()

    for thread in [start(come_and_go) for _ in range(8)]:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert inside == 0
    assert 1 <= most <= 2


def test_who_leaves_for_a_moment_lets_in_who_waited() -> None:
    turnstile = Turnstile(1)
    turnstile.enter()
    order: list[str] = []
    threads = []
    for name in ("first", "second"):
        waits = threading.Event()

        def work(name: str = name, waits: threading.Event = waits) -> None:
            waits.set()
            turnstile.enter()
            order.append(name)
            turnstile.leave()

        threads.append(start(work))
        assert waits.wait(PATIENCE_S)
        while len(turnstile._turns) < len(threads):
            time.sleep(0.001)  # nothing can be seen from outside of a thread that waits
    with turnstile.outside():
        pass
    order.append("who was inside")
    turnstile.leave()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert order == ["first", "second", "who was inside"]


def test_an_error_outside_leads_back_in() -> None:
    turnstile = Turnstile(1)
    turnstile.enter()
    with pytest.raises(RuntimeError), turnstile.outside():
        raise RuntimeError
    stranger = start(turnstile.enter)
    stranger.join(0.05)
    assert stranger.is_alive()
    turnstile.leave()
    stranger.join(PATIENCE_S)
    assert not stranger.is_alive()
