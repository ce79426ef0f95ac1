"""Who waits for the engine learns when it is there, and when it will not come."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.engines import CountingEngine, Loaded, SlowLoading, ready
from vivavoz.errors import ModelFailedError, ModelLoadingError
from vivavoz.runtime.loading import EngineLoader, Progress
from vivavoz.settings import Settings


async def test_it_is_waited_for_until_it_is_there(tmp_path: Path) -> None:
    loading = SlowLoading(CountingEngine())
    loader = EngineLoader(Settings(data_dir=tmp_path), loading)
    loader.start()
    waiting = asyncio.create_task(loader.until_loaded())
    await asyncio.sleep(0)
    assert not waiting.done()
    with pytest.raises(ModelLoadingError):
        loader.require()
    loading.may_finish.set()
    async with asyncio.timeout(10):
        await waiting
    assert loader.require().engine is loading.engine
    loader.close()


def fail(_settings: Settings, _report: Callable[[Progress], None]) -> Loaded:
    raise ModelFailedError("There is no such model; name another.")


@pytest.mark.parametrize("load", [fail, ready(CountingEngine())], ids=["failed", "closed"])
async def test_nobody_waits_for_an_engine_that_will_not_come(
    tmp_path: Path, load: Callable[..., Loaded]
) -> None:
    loader = EngineLoader(Settings(data_dir=tmp_path), load)
    if load is not fail:
        loader.close()
    loader.start()
    async with asyncio.timeout(10):
        await loader.until_loaded()
    assert loader.ready is None
