"""Keys in a real database, and a clock that moves only when it is told to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vivavoz.history.database import Database
from vivavoz.history.keys import KeyStore
from vivavoz.runtime.clock import Cancellable
from vivavoz.session.deadlines import Moment


class MovableClock:
    """Both clocks move together."""

    def __init__(self) -> None:
        self._moment = Moment(1000.0, datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC))

    def now(self) -> Moment:
        return self._moment

    def call_at(self, monotonic_s: float, callback: Callable[[], None]) -> Cancellable:
        raise AssertionError("nothing here asks to be called back")

    def move(self, seconds: float) -> None:
        """Let time pass."""
        before = self._moment
        wall = before.wall + timedelta(seconds=seconds)
        self._moment = Moment(before.monotonic_s + seconds, wall)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    database = Database(f"sqlite:///{tmp_path / 'vivavoz.db'}")
    yield KeyStore(database)
    database.close()
