"""Transcripts as files: one, or several in an archive."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest
from docx import Document

from tests.contract.dictations import dictate
from tests.integration.history_rest.conftest import assert_error, client_of
from vivavoz.history.store import SqlTranscriptStore


@pytest.mark.parametrize(
    ("export_format", "media_type", "beginning"),
    [
        ("txt", "text/plain; charset=utf-8", "Transcripcion ID: "),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> 00:00:01,000\nAño"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nAño"),
        ("json", "application/json", "{"),
    ],
)
async def test_export(
    client: httpx.AsyncClient,
    store: SqlTranscriptStore,
    export_format: str,
    media_type: str,
    beginning: str,
) -> None:
    id_ = dictate(store, "Año nuevo")
    response = await client.get(f"/api/history/{id_}/export", params={"format": export_format})
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.headers["content-disposition"] == (
        f'attachment; filename="A_o nuevo.{export_format}"; '
        f"filename*=UTF-8''A%C3%B1o%20nuevo.{export_format}"
    )
    assert response.content.decode("utf-8").startswith(beginning)
    assert "Año nuevo" in response.text


async def test_export_as_a_document(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "Año nuevo")
    response = await client.get(f"/api/history/{id_}/export", params={"format": "docx"})
    assert response.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    )
    assert "nuevo.docx" in response.headers["content-disposition"]
    paragraphs = [paragraph.text for paragraph in Document(BytesIO(response.content)).paragraphs]
    assert (paragraphs[0], paragraphs[-1]) == ("Año nuevo", "Año nuevo")


async def test_an_unknown_format_is_refused(
    client: httpx.AsyncClient, store: SqlTranscriptStore
) -> None:
    id_ = dictate(store, "hola")
    response = await client.get(f"/api/history/{id_}/export", params={"format": "pdf"})
    assert response.status_code == 422
    assert "format" in response.json()["error"]["message"]


async def test_export_several(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    ids = [str(dictate(store, "Año nuevo")), str(dictate(store, "otra"))]
    body = {"ids": [*ids, ids[0]], "format": "vtt"}
    response = await client.post("/api/history/export", json=body)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == 'attachment; filename="transcripts.zip"'
    with ZipFile(BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Año nuevo.vtt", "otra.vtt"]
        assert archive.read("Año nuevo.vtt").decode().endswith("\nAño nuevo\n")


async def test_an_export_with_missing_ones_names_them(
    client: httpx.AsyncClient, store: SqlTranscriptStore
) -> None:
    kept, gone, none = (str(dictate(store, "a")), str(dictate(store, "b")), str(uuid4()))
    await client.delete(f"/api/history/{gone}")
    response = await client.post("/api/history/export", json={"ids": [gone, kept, none]})
    assert "2 of the transcripts" in assert_error(response, 404, "TRANSCRIPT_NOT_FOUND")
    assert response.json()["error"]["details"] == {"missing": [gone, none]}


async def test_what_is_deleted_while_it_is_exported_is_left_out(store: SqlTranscriptStore) -> None:
    ids = [dictate(store, f"texto {n}") for n in range(3)]
    asked = 0

    async def run_blocking(call: Callable[[], Any]) -> Any:
        nonlocal asked
        asked += 1
        if asked == 3:  # the check, the first file, then this
            store.trash.delete([ids[1]], None)
        return call()

    async with client_of(store, run_blocking) as client:
        body = {"ids": [str(id_) for id_ in ids]}
        response = await client.post("/api/history/export", json=body)
    assert ZipFile(BytesIO(response.content)).namelist() == ["texto 0.txt", "texto 2.txt"]
