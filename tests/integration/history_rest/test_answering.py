"""What holds for every route: limits, a locked database, the event loop, the description."""

import json
from typing import NoReturn
from uuid import uuid4

import httpx
import pytest

from tests.contract.dictations import dictate
from tests.integration.history_rest.conftest import assert_error, client_of
from vivavoz.errors import ShuttingDownError
from vivavoz.history.store import SqlTranscriptStore


@pytest.mark.parametrize("action", ["export", "delete", "restore"])
async def test_a_selection_has_limits(client: httpx.AsyncClient, action: str) -> None:
    bodies: list[object] = [
        {},
        {"ids": []},
        {"ids": ["x"]},
        {"ids": [str(uuid4())] * 501},
        {"ids": [str(uuid4())], "all": True},
        {"ids": [str(uuid4())], "format": "pdf"},
    ]
    for body in bodies:
        response = await client.post(f"/api/history/{action}", json=body)
        assert response.status_code == 422, body
        assert response.json()["error"]["message"]


async def test_a_locked_database_is_the_servers_fault_and_passes(
    client: httpx.AsyncClient, store: SqlTranscriptStore
) -> None:
    id_ = dictate(store, "hola")
    with store._database.write():
        assert_error(await client.delete(f"/api/history/{id_}"), 503, "STORAGE_FAILED")
        assert (await client.get(f"/api/history/{id_}")).status_code == 200
    assert (await client.delete(f"/api/history/{id_}")).status_code == 204


async def test_nothing_blocks_the_event_loop(store: SqlTranscriptStore) -> None:
    """Every route goes to the catalog through the runner that it was given."""
    id_ = dictate(store, "hola")

    async def refuse(_call: object) -> NoReturn:
        raise ShuttingDownError("The server is stopping: try again later.")

    async with client_of(store, refuse) as client:
        for method, path in (
            ("GET", ""),
            ("GET", f"/{id_}"),
            ("PATCH", f"/{id_}"),
            ("DELETE", f"/{id_}"),
            ("GET", f"/{id_}/export"),
            ("POST", f"/{id_}/restore"),
            ("POST", "/export"),
            ("POST", "/delete"),
            ("POST", "/restore"),
        ):
            selects = method == "POST" and not path.startswith(f"/{id_}")
            body = {"ids": [str(id_)]} if selects else {"title": "x"}
            response = await client.request(method, f"/api/history{path}", json=body)
            assert_error(response, 503, "SHUTTING_DOWN")
    assert store.catalog.get(id_, None).title == "hola"


async def test_the_api_is_described(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert set(described["paths"]) == {
        "/api/history",
        "/api/history/{transcript_id}",
        "/api/history/{transcript_id}/export",
        "/api/history/{transcript_id}/restore",
        "/api/history/delete",
        "/api/history/export",
        "/api/history/restore",
    }
    read = described["components"]["schemas"]["Transcript"]["properties"]
    assert {"original_text", "paragraphs", "edited_at"} <= read.keys()
    listed = described["paths"]["/api/history"]["get"]["responses"]["200"]
    assert json.dumps(listed["content"]).count("TranscriptPage") == 1
