"""The database or the disk refuses while somebody speaks."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.e2e.server_process import ServerProcess
from tests.faults.conftest import LosesNothing, StartServer
from tests.faults.dictation import Dictation
from tests.faults.outcome import Outcome
from tests.faults.speech import opus_speech
from vivavoz.session.events import Failed

SPEECH = opus_speech("en-5")
TOLD_AFTER_S = 5.0
"""How long the store waits for a lock before it says so."""


@contextmanager
def database_locked(server: ServerProcess) -> Iterator[None]:
    """Another program writes, and does not end."""
    other = sqlite3.connect(server.data_dir / "vivavoz.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def disk_full(server: ServerProcess) -> Iterator[None]:
    """No file of the server may grow."""
    pid, limit = server.pid, resource.RLIMIT_FSIZE
    unlimited = resource.prlimit(pid, limit)
    resource.prlimit(pid, limit, (0, unlimited[1]))
    yield
    with suppress(ProcessLookupError):
        resource.prlimit(pid, limit, unlimited)


@pytest.mark.fault("database locked by another program for 2 s")
async def test_database_locked_for_a_moment(
    server: ServerProcess, loses_nothing: LosesNothing
) -> None:
    async with Dictation(server.url, SPEECH) as dictation:
        await dictation.reaches(0.2)
        with database_locked(server):
            await asyncio.sleep(2)
        ending = await dictation.finish()
    assert not ending.errors
    await loses_nothing(dictation, ending)


@pytest.mark.fault("database locked until the client is told, beyond the end of the speech")
async def test_database_locked_for_long(
    server: ServerProcess, loses_nothing: LosesNothing, outcome: Outcome
) -> None:
    async with Dictation(server.url, SPEECH) as dictation:
        await dictation.reaches(0.2)
        with database_locked(server):
            await dictation.hears(Failed)
        ending = await dictation.finish()
    assert ending.errors == {"STORAGE_FAILED": 1}
    outcome.note("told by `STORAGE_FAILED`")
    await loses_nothing(dictation, ending)


@pytest.mark.fault("disk full until the end of the speech")
async def test_disk_full_for_a_while(
    server: ServerProcess, loses_nothing: LosesNothing, outcome: Outcome
) -> None:
    async with Dictation(server.url, SPEECH) as dictation:
        await dictation.reaches(0.2)
        with disk_full(server):
            await dictation.hears(Failed)
            await dictation.reaches(1.0)
            assert dictation.client.unsaved_chunks > 0
        ending = await dictation.finish()
    assert ending.errors == {"STORAGE_FAILED": 1}
    outcome.note("told by `STORAGE_FAILED`")
    await loses_nothing(dictation, ending)


@pytest.mark.fault("disk full, and the server killed before it is freed")
async def test_disk_full_and_killed(start_server: StartServer, loses_nothing: LosesNothing) -> None:
    server = await start_server()
    async with Dictation(server.url, SPEECH) as dictation:
        await dictation.reaches(0.4)
        with disk_full(server):
            await dictation.hears(Failed)
            await server.kill()
            await server.start()
        ending = await dictation.finish()
    await loses_nothing(dictation, ending)
