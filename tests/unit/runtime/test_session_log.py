"""What the log says of a session that goes, and of one that only waits for another process."""

from collections.abc import Awaitable, Callable

import pytest
import structlog
from structlog.testing import capture_logs

from tests.unit.runtime.conftest import House, open_house
from vivavoz.runtime import manager

__all__ = ["open_house"]

OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the one that another test's settings made."""
    monkeypatch.setattr(manager, "log", structlog.get_logger())


async def test_a_server_that_stops_detaches_its_sessions(open_house: OpenHouse) -> None:
    house = await open_house()
    house.call().start()
    with capture_logs() as logged:
        await house.manager.drain()
    assert [(entry["event"], entry["status"]) for entry in logged] == [
        ("session_detached", "recording")
    ]


async def test_a_session_that_is_deleted_ends(open_house: OpenHouse) -> None:
    house = await open_house()
    caller = house.call()
    caller.start()
    with capture_logs() as logged:
        house.manager.cancel(caller.runner.session.entity.session_id, None)
    assert [(entry["event"], entry["status"]) for entry in logged] == [("session_ended", "error")]
