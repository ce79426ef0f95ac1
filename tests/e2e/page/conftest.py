"""The page before a server that follows a script."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.e2e.page.scripted_server import ScriptedServer


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer().running() as server:
        yield server
