"""What the page says."""

from playwright.async_api import Page, expect


async def expect_state(page: Page, state: str, timeout_ms: int | None = None) -> None:
    """Wait until the page says that it is in that state."""
    await expect(page.locator(f"html[data-state={state}]")).to_be_attached(timeout=timeout_ms)


async def expect_notice(page: Page, text: str) -> None:
    """Wait until a notice says so, whatever others say."""
    await expect(page.locator(".notice", has_text=text)).to_be_visible()
