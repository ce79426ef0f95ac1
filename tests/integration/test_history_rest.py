"""The history over HTTP, as a client of the API meets it."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from vivavoz.errors import ShuttingDownError
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.runtime.clock import SystemClock
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
    return AuthGuard(app, authenticator)


@pytest.fixture
async def client(store: SqlTranscriptStore) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(history_router(store.catalog))
    install_error_handlers(app)
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
    assert transcript["text"] == "hola a todos"
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
    bodies: list[object] = [{}, {"title": 1}, {"title": "x", "text": "y"}, []]
    for body in bodies:
        refused = await client.patch(f"/api/history/{id_}", json=body)
        assert refused.status_code == 422
        assert refused.json()["error"]["message"]
    assert (await client.get(f"/api/history/{id_}")).json()["title"] == "Saludo"


async def test_delete(client: httpx.AsyncClient, store: SqlTranscriptStore) -> None:
    id_ = dictate(store, "hola a todos")
    response = await client.delete(f"/api/history/{id_}")
    assert (response.status_code, response.content) == (204, b"")
    assert_error(await client.get(f"/api/history/{id_}"), 404, "TRANSCRIPT_NOT_FOUND")
    assert_error(await client.delete(f"/api/history/{id_}"), 404, "TRANSCRIPT_NOT_FOUND")


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


async def test_an_unknown_format_is_refused(
    client: httpx.AsyncClient, store: SqlTranscriptStore
) -> None:
    id_ = dictate(store, "hola")
    response = await client.get(f"/api/history/{id_}/export", params={"format": "docx"})
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
    app.include_router(history_router(store.catalog, refuse))
    install_error_handlers(app)
    transport = httpx.ASGITransport(_guarded(app, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        for method, path in (
            ("GET", ""),
            ("GET", f"/{id_}"),
            ("PATCH", f"/{id_}"),
            ("DELETE", f"/{id_}"),
            ("GET", f"/{id_}/export"),
        ):
            body = {"title": "x"} if method == "PATCH" else None
            response = await client.request(method, f"/api/history{path}", json=body)
            assert_error(response, 503, "SHUTTING_DOWN")
    assert store.catalog.get(id_, None).title == "hola"


async def test_the_api_is_described(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert set(described["paths"]) == {
        "/api/history",
        "/api/history/{transcript_id}",
        "/api/history/{transcript_id}/export",
    }
    listed = described["paths"]["/api/history"]["get"]["responses"]["200"]
    assert json.dumps(listed["content"]).count("TranscriptPage") == 1
