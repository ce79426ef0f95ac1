"""Who comes in over HTTP alone, and what he sees; the transports are in ``test_authentication``."""

import io
import wave
from uuid import UUID

import pytest

from tests.contract.conftest import Stage
from tests.contract.users import assert_only_ana_sees, http_as
from tests.live.clients import PCM
from vivavoz.client import Link, VivavozClient
from vivavoz.errors import UnauthorizedError

OPEN = ["/", "/static/index.html", "/docs", "/openapi.json", "/health", "/ready", "/api/auth"]
CLOSED = ["/api/history", "/api/streaming/status", "/metrics", "/nothing", "/static", "//health"]

pytestmark = pytest.mark.parametrize("stage", ["websocket"], indirect=True)


async def test_an_uploaded_recording_is_in_its_owners_history_only(
    stage: Stage, ana: str, berta: str, sentence: list[bytes]
) -> None:
    server = await stage.serve(auth=True)
    recording = io.BytesIO()
    with wave.open(recording, "wb") as wav:
        wav.setparams((1, 2, 16_000, 0, "NONE", ""))
        wav.writeframes(b"".join(sentence))
    async with http_as(server, ana) as http:
        transcribed = await http.post(
            "/v1/audio/transcriptions",
            files={"file": recording.getvalue()},
            data={"response_format": "verbose_json"},
            timeout=30,
        )
    transcript_id = UUID(transcribed.json()["transcript_id"])
    await assert_only_ana_sees(server, transcript_id, ana, berta)


async def test_what_is_open_and_what_is_not(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True)
    async with server.http() as http:
        assert [(await http.get(path)).status_code for path in OPEN] == [200] * len(OPEN)
        for path in CLOSED:
            refused = await http.get(f"{server.url}{path}")
            assert refused.status_code == 401, path
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert refused.headers["X-Content-Type-Options"] == "nosniff"
            error = refused.json()["error"]
            assert error["code"] == "UNAUTHORIZED"
            assert error["request_id"] == refused.headers["X-Request-ID"]
    async with http_as(server, ana) as http:
        assert (await http.get("/metrics")).status_code == 200
        assert (await http.get("/nothing")).status_code == 404


async def test_every_route_of_the_api_is_closed(stage: Stage) -> None:
    server = await stage.serve(auth=True)
    async with server.http() as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
        routes = {(method, path) for path, methods in paths.items() for method in methods} - {
            (method, "/api/auth/session") for method in ("post", "delete")
        }
        open_routes = {("get", "/health"), ("get", "/ready"), ("get", "/api/auth")}
        answers = {
            (method, path): await http.request(method, path.replace("{", "").replace("}", ""))
            for method, path in routes
        }
    assert open_routes < routes
    assert {route for route, answer in answers.items() if answer.status_code != 401} == (
        open_routes
    )


async def test_the_client_library_shows_its_key(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True)
    async with VivavozClient(server.url, mime_type=PCM, api_key=ana) as client:
        assert client.link is Link.OPEN
    with pytest.raises(UnauthorizedError, match="asks for an API key"):
        async with VivavozClient(server.url, mime_type=PCM):
            pass
    with pytest.raises(UnauthorizedError, match="unknown or was revoked"):
        async with VivavozClient(server.url, mime_type=PCM, api_key="vv_" + "A" * 43):
            pass


async def test_behind_a_proxy_with_tls(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True, allowed_origins=("https://dictate.example.org",))
    forwarded = {
        "Host": "dictate.example.org",
        "Origin": "https://dictate.example.org",
        "X-Forwarded-Proto": "https",
    }
    async with server.http() as http:
        signed_in = await http.post("/api/auth/session", json={"api_key": ana}, headers=forwarded)
    assert "; Secure" in signed_in.headers["Set-Cookie"]
