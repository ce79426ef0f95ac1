"""The page's modules, tested as modules in the browser that runs them.

Every function that ``modules/*.test.js`` exports is one test.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.page.scripted_server import ScriptedServer

MODULES = Path(__file__).parent / "modules"
TESTS = [
    (module.name, name)
    for module in sorted(MODULES.glob("*.test.js"))
    for name in re.findall(r"^export (?:async )?function (\w+)", module.read_text(), re.MULTILINE)
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with ScriptedServer().running(MODULES) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        yield page
        await page.close()


@pytest.mark.parametrize(("module", "name"), TESTS)
async def test_module(page: Page, module: str, name: str) -> None:
    await page.evaluate(
        "async ([module, name]) => (await import(`/modules/${module}`))[name]()", [module, name]
    )
