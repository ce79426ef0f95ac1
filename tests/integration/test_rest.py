"""REST beside the sessions: status, health, metrics, sessions, one error shape, headers."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from tests.live.clients import websocket_client
from tests.live.engines import CountingEngine, Loaded, SlowLoading, ready
from tests.live.server import LiveServer, live_server, until_answered
from vivavoz.engines.progress import LoadProgress
from vivavoz.runtime.loading import Progress
from vivavoz.session.entities import SessionMetrics, StreamingSession
from vivavoz.session.events import ErrorBody
from vivavoz.settings import Settings

SESSIONS = "/api/streaming/sessions"
UNKNOWN = UUID("2f0c2a0e-3f55-4d0b-9f0e-6a5f3c6f2b11")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with live_server(Settings(data_dir=tmp_path), ready(CountingEngine())) as live:
        yield live


@pytest.fixture
async def http(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with server.http() as client:
        yield client


def error_of(answer: httpx.Response) -> ErrorBody:
    """The one error shape."""
    assert set(answer.json()) == {"error"}
    error = ErrorBody.model_validate_json(answer.text[len('{"error":') : -1])
    assert error.request_id == answer.headers["X-Request-ID"]
    assert error.message.endswith((".", "?"))
    return error


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/api/streaming/status", "no-store"),
        ("/api/history", "no-store"),
        ("/nothing-here", "no-store"),
        ("/", "no-cache"),
        ("/static/index.html", "no-cache"),
        ("/docs/viewer/swagger-ui.css", "no-cache"),
    ],
)
async def test_a_browser_keeps_the_page_and_nothing_that_was_said(
    http: httpx.AsyncClient, path: str, kept: str
) -> None:
    answer = await http.get(path)
    assert answer.headers["Cache-Control"] == kept
    if kept == "no-cache":
        again = await http.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == (200 if path == "/" else 304)


async def test_status_names_the_engine(http: httpx.AsyncClient) -> None:
    status = (await http.get("/api/streaming/status")).json()
    assert status["status"] == "ready"
    assert status["engine"]["name"] == "counting"
    assert status["engine"]["languages"] == ["en"]
    assert status["sessions"] == 0
    assert status["error"] is None


async def test_health_and_readiness_while_the_model_loads(tmp_path: Path) -> None:
    loading = SlowLoading(CountingEngine())
    settings = Settings(data_dir=tmp_path)
    async with (
        live_server(settings, loading, wait_until_ready=False) as server,
        server.http() as http,
    ):
        assert (await http.get("/health")).json() == {"status": "alive"}
        not_ready = await http.get("/ready")
        assert not_ready.status_code == 503
        assert error_of(not_ready).code == "MODEL_LOADING"
        assert int(not_ready.headers["Retry-After"]) > 0
        assert (await http.get("/api/streaming/status")).json()["status"] == "loading"
        refused = await http.post(SESSIONS, json={})
        assert error_of(refused).code == "MODEL_LOADING"
        loading.may_finish.set()
        await until_answered(http, "/ready", 200)


async def test_while_a_model_downloads_the_page_is_there_and_told_how_far_it_is(
    tmp_path: Path,
) -> None:
    loading = SlowLoading(CountingEngine())
    told = threading.Event()

    def download(settings: Settings, report: Callable[[Progress], None]) -> Loaded:
        report(LoadProgress("downloading", bytes_done=30, bytes_total=120))
        told.set()
        return loading(settings, report)

    async with (
        live_server(Settings(data_dir=tmp_path), download, wait_until_ready=False) as server,
        server.http() as http,
    ):
        assert "text/html" in (await http.get("/")).headers["Content-Type"]
        assert await asyncio.to_thread(told.wait, 30)
        status = (await http.get("/api/streaming/status")).json()
        assert status["progress"] == {"stage": "downloading", "bytes_done": 30, "bytes_total": 120}
        assert status["engine"] is None
        loading.may_finish.set()
        await until_answered(http, "/ready", 200)
        ready_now = (await http.get("/api/streaming/status")).json()
        assert (ready_now["status"], ready_now["progress"]) == ("ready", None)


async def test_a_session_is_made_looked_at_measured_and_ended(http: httpx.AsyncClient) -> None:
    made = await http.post(SESSIONS, json={"language": "en", "duration_limit": 600})
    assert made.status_code == 201
    session = StreamingSession.model_validate(made.json()["session"])
    assert session.duration_limit == 600
    assert session.status == "connecting"
    path = f"{SESSIONS}/{session.session_id}"
    assert StreamingSession.model_validate((await http.get(path)).json()) == session
    metrics = SessionMetrics.model_validate((await http.get(f"{path}/metrics")).json())
    assert metrics.session_id == session.session_id
    assert metrics.memory_usage_mb > 1
    assert not (await http.post(f"{path}/save")).json()["saved"]
    assert (await http.delete(path)).status_code == 204
    for gone in (await http.get(path), await http.delete(path), await http.post(f"{path}/save")):
        assert gone.status_code == 404
        assert error_of(gone).code == "SESSION_NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"language": "es"}, 422, "LANGUAGE_NOT_SUPPORTED"),
        ({"model_size": "large-v3"}, 422, "MODEL_NOT_AVAILABLE"),
        ({"duration_limit": 59}, 422, "INVALID_REQUEST"),
        ({"duration_limit": 3601}, 422, "INVALID_REQUEST"),
        ({"language": "not a language"}, 422, "INVALID_REQUEST"),
        ({"unknown": 1}, 422, "INVALID_REQUEST"),
        ([], 422, "INVALID_REQUEST"),
    ],
)
async def test_a_session_that_cannot_be_had(
    http: httpx.AsyncClient, body: object, status: int, code: str
) -> None:
    refused = await http.post(SESSIONS, json=body)
    assert refused.status_code == status
    assert error_of(refused).code == code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/no/such/page", 404, "NOT_FOUND"),
        ("GET", f"{SESSIONS}/{UNKNOWN}", 404, "SESSION_NOT_FOUND"),
        ("GET", f"{SESSIONS}/not-a-uuid", 422, "INVALID_REQUEST"),
        ("GET", f"/api/history/{UNKNOWN}", 404, "TRANSCRIPT_NOT_FOUND"),
        ("PUT", SESSIONS, 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_every_refusal_has_one_shape(
    http: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    refused = await http.request(method, path)
    assert refused.status_code == status
    assert error_of(refused).code == code


async def test_a_body_that_is_not_json(http: httpx.AsyncClient) -> None:
    refused = await http.post(SESSIONS, content=b"{", headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert error_of(refused).code == "INVALID_REQUEST"


async def test_headers_that_keep_a_browser_safe(http: httpx.AsyncClient) -> None:
    ids = set()
    for path in ("/", "/health", "/docs", "/no/such/page", "/api/history"):
        answer = await http.get(path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "server" not in answer.headers
        ids.add(answer.headers["X-Request-ID"])
    assert len(ids) == 5


async def test_the_api_is_described(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    assert set(paths[SESSIONS]) == {"post"}
    assert set(paths[SESSIONS + "/{session_id}"]) == {"get", "delete"}
    for path in ("/metrics", "/save"):
        assert SESSIONS + "/{session_id}" + path in paths
    for path in ("/api/streaming/status", "/health", "/ready", "/metrics", "/api/history"):
        assert path in paths
    assert "text/html" in (await http.get("/docs")).headers["Content-Type"]


async def test_every_refusal_is_described_in_the_one_shape(http: httpx.AsyncClient) -> None:
    described = (await http.get("/openapi.json")).json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            refusal = operation["responses"]["default"]["content"]["application/json"]["schema"]
            assert refusal == {"$ref": "#/components/schemas/Failed"}, (method, path)
            assert "422" not in operation["responses"], (method, path)
    schemas = described["components"]["schemas"]
    assert schemas["Failed"]["properties"] == {"error": {"$ref": "#/components/schemas/ErrorBody"}}
    assert set(schemas["ErrorBody"]["properties"]) == set(ErrorBody.model_fields)
    assert "HTTPValidationError" not in schemas


async def test_prometheus_counts_sessions(server: LiveServer, http: httpx.AsyncClient) -> None:
    async with websocket_client(server.port) as client:
        await client.greeted()
        text = (await http.get("/metrics")).text
        assert 'vivavoz_sessions{status="connected"} 1.0' in text
        assert str(client.session_id) not in text


@pytest.mark.parametrize("path", ["/api/history", "/", SESSIONS])
async def test_pages_of_other_sites_get_nothing(http: httpx.AsyncClient, path: str) -> None:
    refused = await http.get(path, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert error_of(refused).code == "ORIGIN_NOT_ALLOWED"
    by_name = await http.get(path, headers={"Host": "evil.example"})
    assert by_name.status_code == 403
