"""How much a page computes, whatever else the machine does meanwhile."""

from playwright.async_api import CDPSession, Page


class Effort:
    """Time that the page's main thread has computed since ``begin``."""

    def __init__(self, devtools: CDPSession, spent_ms: float) -> None:
        self._devtools = devtools
        self._spent_ms = spent_ms

    @classmethod
    async def begin(cls, page: Page) -> "Effort":
        """Start to measure."""
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        return cls(devtools, await _spent_ms(devtools))

    async def spent_ms(self) -> float:
        """Scripts, style, layout and painting so far."""
        return await _spent_ms(self._devtools) - self._spent_ms


async def _spent_ms(devtools: CDPSession) -> float:
    found = await devtools.send("Performance.getMetrics")
    metrics = {metric["name"]: metric["value"] for metric in found["metrics"]}
    return float(1000 * metrics["TaskDuration"])
