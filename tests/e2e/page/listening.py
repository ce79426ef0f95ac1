"""A page that listens."""

from playwright.async_api import Page

from tests.e2e.reading import expect_state


async def listen(page: Page) -> None:
    """Start a dictation."""
    await page.click("#record")
    await expect_state(page, "listening")
