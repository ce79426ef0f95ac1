"""How long the page takes to show a result, by how much text it shows already.

    python benchmarks/page.py [--words 100 1000 10000 20000]

The server is the scripted one of the page's tests: only the page is measured.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import find_browser  # noqa: E402
from tests.e2e.page.scripted_server import ScriptedServer  # noqa: E402
from tests.e2e.page.update_times import median_update_ms  # noqa: E402

WORDS = (100, 1_000, 10_000, 20_000)


async def measure(browser_path: Path, words: Sequence[int]) -> list[float]:
    """Milliseconds, for each number of words."""
    async with async_playwright() as playwright, ScriptedServer().running() as server:
        browser = await playwright.chromium.launch(
            executable_path=browser_path,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
            ],
        )
        page = await browser.new_page(permissions=["microphone"])
        await page.goto(server.url)
        await page.click("#record")
        await page.wait_for_selector("html[data-state=listening]")
        medians = await median_update_ms(page, words)
        await browser.close()
    return medians


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, nargs="+", default=WORDS)
    words = sorted(parser.parse_args().words)
    medians = asyncio.run(measure(find_browser.require(), words))
    print("| words on the screen | time per update, median |\n|---:|---:|")
    for size, took_ms in zip(words, medians, strict=True):
        print(f"| {size:,} | {took_ms:.1f} ms |")


if __name__ == "__main__":
    main()
