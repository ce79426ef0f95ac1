"""A page that listens."""

from playwright.async_api import Page, expect

from tests.e2e.page.scripted_server import ScriptedServer
from tests.e2e.reading import expect_state


async def listen(page: Page) -> None:
    """Start a dictation."""
    await page.click("#record")
    await expect_state(page, "listening")


async def listen_and_hear(page: Page, server: ScriptedServer) -> None:
    """Start a dictation; return when there is text, confirmed and not, and a warning."""
    await listen(page)
    await server.final("Confirmed.")
    await server.partial("stable and moving", stable="stable", at_s=1.2)
    await server.metrics(5000)
    await expect(page.locator(".tail")).to_be_visible()
    await expect(page.locator(".notice").first).to_be_visible()
