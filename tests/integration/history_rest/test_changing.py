"""Transcripts are renamed, edited, deleted and restored."""

from pathlib import Path
from uuid import uuid4

import httpx

from tests.contract.dictations import dictate
from tests.integration.history_rest.conftest import assert_error
from vivavoz.history.editing import MAX_TEXT_LENGTH
from vivavoz.history.store import SqlTranscriptStore


async def test_rename(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "hola a todos")
    response = await client.patch(f"/api/history/{id_}", json={"title": "Saludo"})
    assert response.status_code == 200
    assert response.json()["title"] == "Saludo"
    too_long = await client.patch(f"/api/history/{id_}", json={"title": "x" * 201})
    assert "200" in assert_error(too_long, 400, "INVALID_MESSAGE")
    bodies: list[object] = [{}, {"title": 1}, {"title": None}, {"title": "x", "words": []}, []]
    for body in bodies:
        refused = await client.patch(f"/api/history/{id_}", json=body)
        assert refused.status_code == 422
        assert refused.json()["error"]["message"]
    assert (await client.get(f"/api/history/{id_}")).json()["title"] == "Saludo"


async def test_edit(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "hola a todos")
    path = f"/api/history/{id_}"
    response = await client.patch(path, json={"text": "Hola.\r\n\r\n\r\nA todos. ", "title": "S"})
    assert response.status_code == 200
    edited = response.json()
    assert edited["text"] == "Hola.\n\nA todos."
    assert edited["paragraphs"] == ["Hola.", "A todos."]
    assert edited["original_text"] == "hola a todos"
    assert edited["title"] == "S"
    assert edited["edited_at"]
    assert [word["text"] for word in edited["segments"][0]["words"]] == [" hola", " a", " todos"]
    assert (await client.get(path)).json() == edited
    text = (await client.get(f"{path}/export")).text
    assert text.endswith("\n\nHola.\n\nA todos.\n")
    subtitles = (await client.get(f"{path}/export", params={"format": "srt"})).text
    assert "\nHola. A todos.\n" in subtitles
    restored = (await client.patch(path, json={"text": None})).json()
    assert restored["text"] == "hola a todos"
    assert restored["edited_at"] is None


async def test_a_text_that_is_too_long_or_empty_is_refused(
    client: httpx.AsyncClient, store: SqlTranscriptStore
) -> None:
    path = f"/api/history/{dictate(store, 'hola')}"
    too_long = await client.patch(path, json={"text": "x" * (MAX_TEXT_LENGTH + 1)})
    assert str(MAX_TEXT_LENGTH) in assert_error(too_long, 400, "INVALID_MESSAGE")
    assert too_long.json()["error"]["details"] == {
        "limit": MAX_TEXT_LENGTH,
        "length": MAX_TEXT_LENGTH + 1,
    }
    empty = await client.patch(path, json={"text": " \n"})
    assert "null" in assert_error(empty, 400, "INVALID_MESSAGE")
    assert (await client.get(path)).json()["text"] == "hola"


async def test_delete(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "hola a todos")
    response = await client.delete(f"/api/history/{id_}")
    assert (response.status_code, response.content) == (204, b"")
    assert_error(await client.get(f"/api/history/{id_}"), 404, "TRANSCRIPT_NOT_FOUND")
    assert_error(await client.delete(f"/api/history/{id_}"), 404, "TRANSCRIPT_NOT_FOUND")


async def test_delete_and_restore(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    path = f"/api/history/{dictate(store, 'hola a todos')}"
    before = (await client.get(path)).json()
    assert (await client.delete(path)).status_code == 204
    for hidden in ("", "/export"):
        assert_error(await client.get(f"{path}{hidden}"), 404, "TRANSCRIPT_NOT_FOUND")
    assert (await client.get("/api/history", params={"q": "hola"})).json()["total"] == 0
    response = await client.post(f"{path}/restore")
    assert (response.status_code, response.json()) == (200, before)
    assert (await client.get("/api/history", params={"q": "hola"})).json()["total"] == 1
    assert (await client.delete(path, params={"now": "true"})).status_code == 204
    assert_error(await client.post(f"{path}/restore"), 404, "TRANSCRIPT_NOT_FOUND")
    assert_error(await client.post(f"/api/history/{uuid4()}/restore"), 404, "TRANSCRIPT_NOT_FOUND")


async def test_delete_and_restore_several(
    client: httpx.AsyncClient, store: SqlTranscriptStore, tmp_path: Path
) -> None:
    one, two, none = (str(dictate(store, "uno")), str(dictate(store, "dos")), str(uuid4()))
    response = await client.post("/api/history/delete", json={"ids": [two, none, one]})
    assert response.status_code == 200
    assert response.json() == {"done": [two, one], "missing": [none]}
    assert (await client.get("/api/history")).json()["total"] == 0
    response = await client.post("/api/history/restore", json={"ids": [one, none]})
    assert response.json() == {"done": [one], "missing": [none]}
    response = await client.post("/api/history/delete", json={"ids": [one], "now": True})
    assert response.json() == {"done": [one], "missing": []}
    response = await client.post("/api/history/restore", json={"ids": [one, two]})
    assert response.json() == {"done": [two], "missing": [one]}
    assert len(list((tmp_path / "transcripts").iterdir())) == 1
