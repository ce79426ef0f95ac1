"""The page's modules, tested as modules in the browser that runs them.

Every function that ``modules/*.test.js`` exports is one test.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from tests.e2e.page.scripted_server import ScriptedServer

MODULES = Path(__file__).parent / "modules"
TESTS = [
    (module.name, name)
    for module in sorted(MODULES.glob("*.test.js"))
    for name in re.findall(r"^export (?:async )?function (\w+)", module.read_text(), re.MULTILINE)
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(chromium_path: Path) -> AsyncIterator[Page]:
    async with ScriptedServer().running(MODULES) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(server.url)
        yield page
        await browser.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("module", "name"), TESTS)
async def test_module(page: Page, module: str, name: str) -> None:
    await page.evaluate(
        "async ([module, name]) => (await import(`/modules/${module}`))[name]()", [module, name]
    )
