"""The list of transcripts, the search in it, and one transcript."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from tests.contract.dictations import MORNING, dictate
from tests.integration.history_rest.conftest import assert_error
from vivavoz.history.store import SqlTranscriptStore


async def test_an_empty_history(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/history")
    assert response.status_code == 200
    assert response.json() == {"items": [], "total": 0, "limit": 50, "offset": 0}


async def test_list_and_page(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    ids = [str(dictate(store, f"texto {n}", start=MORNING + timedelta(hours=n))) for n in range(3)]
    page = (await client.get("/api/history", params={"limit": 2, "offset": 1})).json()
    assert [item["id"] for item in page["items"]] == [ids[1], ids[0]]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 1)
    assert page["items"][0] == {
        "id": ids[1],
        "title": "texto 1",
        "language": "es",
        "engine": "pocketsphinx",
        "model": "en-us",
        "started_at": "2026-03-14T10:26:53Z",
        "finished_at": page["items"][0]["finished_at"],
        "edited_at": None,
        "duration_s": 4.0,
        "word_count": 2,
        "file_name": store.catalog.get(UUID(ids[1]), None).file_name,
        "source_file": None,
        "snippet": [{"text": "texto 1", "match": False}],
    }


async def test_search(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "un Café con leche")
    dictate(store, "otra cosa")
    page = (await client.get("/api/history", params={"q": "caf"})).json()
    assert [item["id"] for item in page["items"]] == [str(id_)]
    assert page["items"][0]["snippet"] == [
        {"text": "un ", "match": False},
        {"text": "Café", "match": True},
        {"text": " con leche", "match": False},
    ]
    for query in ('"', "*", "NEAR(", "'; --", "\x00", "cafe AND", "<b>"):
        response = await client.get("/api/history", params={"q": query})
        assert response.status_code == 200


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1}, {"q": "x" * 501}],
)
async def test_a_wrong_parameter_is_refused_in_words(
    client: httpx.AsyncClient, params: dict[str, str | int]
) -> None:
    response = await client.get("/api/history", params=params)
    assert response.status_code == 422
    (name,) = params
    assert name in response.json()["error"]["message"]


async def test_read(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "hola a todos")
    transcript = (await client.get(f"/api/history/{id_}")).json()
    assert transcript["text"] == transcript["original_text"] == "hola a todos"
    assert transcript["paragraphs"] == ["hola a todos"]
    assert transcript["edited_at"] is None
    (segment,) = transcript["segments"]
    assert (segment["start_s"], segment["end_s"]) == (0.0, 1.0)
    assert [word["text"] for word in segment["words"]] == [" hola", " a", " todos"]


@pytest.mark.parametrize("path", ["{}", "{}/export"])
async def test_an_unknown_or_impossible_id(client: httpx.AsyncClient, path: str) -> None:
    unknown = await client.get(f"/api/history/{path.format(uuid4())}")
    assert_error(unknown, 404, "TRANSCRIPT_NOT_FOUND")
    impossible = await client.get(f"/api/history/{path.format('..%2f..%2fetc')}")
    assert impossible.status_code in {404, 422}
    assert impossible.json()["error"]["code"]
