"""Waiting for something to become true."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

_INTERVAL_S = 0.02


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], timeout_s: float = 20.0
) -> None:
    """Return when ``condition`` holds; fail when it does not in time."""
    async with asyncio.timeout(timeout_s):
        while True:
            holds = condition()
            if inspect.isawaitable(holds):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(_INTERVAL_S)
