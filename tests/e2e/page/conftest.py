"""The page before a server that follows a script."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.page.scripted_server import ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer().running() as server:
        yield server
