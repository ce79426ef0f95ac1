"""The history over HTTP, as a client of the API meets it, on a store of each test's own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from fastapi import FastAPI

from vivavoz.history.store import SqlTranscriptStore
from vivavoz.runtime.clock import SystemClock
from vivavoz.runtime.counters import Counters
from vivavoz.transports.auth import AuthGuard
from vivavoz.transports.authenticator import Authenticator
from vivavoz.transports.blocking import RunBlocking
from vivavoz.transports.history import history_router
from vivavoz.transports.responses import install_error_handlers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTranscriptStore]:
    """An empty store."""
    store = SqlTranscriptStore(
        f"sqlite:///{tmp_path / 'vivavoz.db'}", tmp_path / "transcripts", lock_timeout_s=0.2
    )
    yield store
    store.close()


@asynccontextmanager
async def client_of(
    store: SqlTranscriptStore, run_blocking: RunBlocking = to_thread.run_sync
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that has no more than this history."""
    app = FastAPI()
    app.include_router(history_router(store.catalog, store.trash, run_blocking))
    install_error_handlers(app, Counters())
    authenticator = Authenticator(store.keys, SystemClock(), token_ttl_s=900.0, required=False)
    transport = httpx.ASGITransport(AuthGuard(app, authenticator, Counters()))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        yield client


@pytest.fixture
async def client(store: SqlTranscriptStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application as it is."""
    async with client_of(store) as client:
        yield client


def assert_error(response: httpx.Response, status: int, code: str) -> str:
    """It is refused like this; in which words."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code
    assert {"code", "message", "details", "timestamp", "request_id"} <= error.keys()
    message: str = error["message"]
    return message
