"""What has been kept for long enough goes, by the days of the settings."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tests.unit.runtime.conftest import NOON, House
from vivavoz.runtime.leftovers import Leftovers

DAY_S = 24 * 3600.0


async def test_metrics_are_kept_for_the_days_that_are_set(
    open_house: Callable[..., Awaitable[House]],
) -> None:
    house = await open_house(metrics_retention_days=30)
    purged: list[datetime | str] = []

    async def until_loaded() -> None:
        pass

    leftovers = Leftovers(
        house.services,
        house.manager.is_live,
        until_loaded,
        purge_metrics=purged.append,
        purge_deleted=lambda: purged.append("deleted"),
    )
    house.clock.advance(100 * DAY_S)
    leftovers.purge()
    assert purged == [NOON + timedelta(days=70), "deleted"]
