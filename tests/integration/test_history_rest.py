"""The history over HTTP, as a client of the API meets it."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID, uuid4
from zipfile import ZipFile

import httpx
import pytest
from docx import Document
from fastapi import FastAPI

from vivavoz.errors import ShuttingDownError
from vivavoz.history.editing import MAX_TEXT_LENGTH
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.runtime.clock import SystemClock
from vivavoz.runtime.counters import Counters
from vivavoz.session.entities import RecognizedWord, StreamingSession, TranscriptionResult
from vivavoz.session.records import DurableMark, SessionSummary
from vivavoz.transports.auth import AuthGuard
from vivavoz.transports.authenticator import Authenticator
from vivavoz.transports.history import history_router
from vivavoz.transports.responses import install_error_handlers

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SUMMARY = SessionSummary(
    engine="whisper",
    model="base",
    audio_s=2.0,
    wall_s=2.0,
    chunks=8,
    bytes=9000,
    partials=3,
    finals=1,
    words=3,
    reconnects=0,
    latency_p50_ms=200.0,
    latency_p95_ms=300.0,
    recognition_s=0.5,
    audio_quality_score=0.9,
    outcome="completed",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTranscriptStore]:
    store = SqlTranscriptStore(
        f"sqlite:///{tmp_path / 'vivavoz.db'}", tmp_path / "transcripts", lock_timeout_s=0.2
    )
    yield store
    store.close()


def _guarded(app: FastAPI, store: SqlTranscriptStore) -> AuthGuard:
    authenticator = Authenticator(store.keys, SystemClock(), token_ttl_s=900.0, required=False)
    return AuthGuard(app, authenticator, Counters())


@pytest.fixture
async def client(store: SqlTranscriptStore) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(history_router(store.catalog, store.trash))
    install_error_handlers(app, Counters())
    transport = httpx.ASGITransport(_guarded(app, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        yield client


def dictate(store: SqlTranscriptStore, text: str, hours: int = 0) -> UUID:
    session = StreamingSession(start_time=START + timedelta(hours=hours))
    store.open_session(session, "hash", "es")
    spoken = text.split()
    store.append_final(
        TranscriptionResult(
            session_id=session.session_id,
            sequence_number=8,
            result_type="final",
            text_content=text,
            confidence=0.9,
            start_time=0.0,
            end_time=2.0,
            language="es",
            processing_time_ms=50.0,
            words=tuple(
                RecognizedWord(
                    text=f" {word}",
                    start=2.0 * index / len(spoken),
                    end=2.0 * (index + 1) / len(spoken),
                    probability=0.9,
                )
                for index, word in enumerate(spoken)
            ),
        ),
        DurableMark(8, 32_000),
    )
    assert store.complete(session, SUMMARY) is not None
    return session.session_id


def assert_error(response: httpx.Response, status: int, code: str) -> str:
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code
    assert {"code", "message", "details", "timestamp", "request_id"} <= error.keys()
    message: str = error["message"]
    return message


async def test_an_empty_history(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/history")
    assert response.status_code == 200
    assert response.json() == {"items": [], "total": 0, "limit": 50, "offset": 0}


async def test_list_and_page(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    ids = [str(dictate(store, f"texto {n}", hours=n)) for n in range(3)]
    page = (await client.get("/api/history", params={"limit": 2, "offset": 1})).json()
    assert [item["id"] for item in page["items"]] == [ids[1], ids[0]]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 1)
    assert page["items"][0] == {
        "id": ids[1],
        "title": "texto 1",
        "language": "es",
        "engine": "whisper",
        "model": "base",
        "started_at": "2026-01-02T04:04:05Z",
        "finished_at": page["items"][0]["finished_at"],
        "edited_at": None,
        "duration_s": 2.0,
        "word_count": 2,
        "file_name": store.catalog.get(UUID(ids[1]), None).file_name,
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
    assert (segment["start_s"], segment["end_s"]) == (0.0, 2.0)
    assert [word["text"] for word in segment["words"]] == [" hola", " a", " todos"]


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
    assert "hola a todos" in subtitles
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


@pytest.mark.parametrize("path", ["{}", "{}/export"])
async def test_an_unknown_or_impossible_id(client: httpx.AsyncClient, path: str) -> None:
    unknown = await client.get(f"/api/history/{path.format(uuid4())}")
    assert_error(unknown, 404, "TRANSCRIPT_NOT_FOUND")
    impossible = await client.get(f"/api/history/{path.format('..%2f..%2fetc')}")
    assert impossible.status_code in {404, 422}
    assert impossible.json()["error"]["code"]


@pytest.mark.parametrize(
    ("export_format", "media_type", "beginning"),
    [
        ("txt", "text/plain; charset=utf-8", "Transcripcion ID: "),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> 00:00:02,000\nAño"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nAño"),
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

    app = FastAPI()
    app.include_router(history_router(store.catalog, store.trash, run_blocking))
    transport = httpx.ASGITransport(_guarded(app, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        body = {"ids": [str(id_) for id_ in ids]}
        response = await client.post("/api/history/export", json=body)
    assert ZipFile(BytesIO(response.content)).namelist() == ["texto 0.txt", "texto 2.txt"]


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


async def test_an_unknown_format_is_refused(
    client: httpx.AsyncClient, store: SqlTranscriptStore
) -> None:
    id_ = dictate(store, "hola")
    response = await client.get(f"/api/history/{id_}/export", params={"format": "pdf"})
    assert response.status_code == 422
    assert "format" in response.json()["error"]["message"]


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

    app = FastAPI()
    app.include_router(history_router(store.catalog, store.trash, refuse))
    install_error_handlers(app, Counters())
    transport = httpx.ASGITransport(_guarded(app, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
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
