"""Requests that carry too much, against a small application."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from vivavoz.runtime.counters import Counters
from vivavoz.transports.body_limit import MAX_BODY_BYTES, BodyLimit
from vivavoz.transports.responses import install_error_handlers


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app, Counters())

    @app.post("/json")
    async def take(body: dict[str, str]) -> int:
        return len(body["text"])

    @app.post("/upload")
    async def upload(body: dict[str, str]) -> int:
        return len(body["text"])

    transport = httpx.ASGITransport(BodyLimit(app, except_path="/upload"))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def test_a_body_within_the_limit_passes(client: httpx.AsyncClient) -> None:
    answer = await client.post("/json", json={"text": "a" * 1000})
    assert (answer.status_code, answer.json()) == (200, 1000)


async def test_a_body_beyond_the_limit_is_refused_in_our_error_shape(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/json", json={"text": "a" * MAX_BODY_BYTES})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "CHUNK_TOO_LARGE"
    assert answer.json()["error"]["details"] == {"max_body_bytes": MAX_BODY_BYTES}


async def test_a_body_without_end_is_not_read_to_its_end(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 4 * MAX_BODY_BYTES:
            sent += 65_536
            yield b" " * 65_536

    headers = {"Content-Type": "application/json"}
    answer = await client.post("/json", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert sent < 2 * MAX_BODY_BYTES


async def test_the_path_that_bounds_itself_is_left_alone(client: httpx.AsyncClient) -> None:
    answer = await client.post("/upload", json={"text": "a" * MAX_BODY_BYTES})
    assert (answer.status_code, answer.json()) == (200, MAX_BODY_BYTES)
