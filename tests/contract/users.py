"""Users at the door of a server, and whose history is whose."""

from uuid import UUID

import httpx

from tests.live.server import LiveServer


def http_as(server: LiveServer, credential: str) -> httpx.AsyncClient:
    """A client of the REST interface that shows this credential."""
    http = server.http()
    http.headers["Authorization"] = f"Bearer {credential}"
    return http


async def assert_only_ana_sees(
    server: LiveServer, transcript_id: UUID, ana: str, berta: str
) -> None:
    """A transcript is in Ana's history and not in Berta's; deletes it."""
    path = f"/api/history/{transcript_id}"
    requests: list[tuple[str, str, dict[str, str] | None]] = [
        ("GET", path, None),
        ("GET", f"{path}/export?format=srt", None),
        ("PATCH", path, {"title": "Mine"}),
        ("DELETE", path, None),
    ]
    async with http_as(server, berta) as http:
        assert (await http.get("/api/history")).json()["total"] == 0
        assert (await http.get("/api/history", params={"q": "word"})).json()["total"] == 0
        for method, address, body in requests:
            answer = await http.request(method, address, json=body)
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "TRANSCRIPT_NOT_FOUND"
    async with http_as(server, ana) as http:
        assert (await http.get("/api/history", params={"q": "word"})).json()["total"] == 1
        for method, address, body in requests:
            assert (await http.request(method, address, json=body)).is_success
        assert (await http.get("/api/history")).json()["total"] == 0
