"""What unit tests of several folders share: a model hub on this machine."""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import huggingface_hub.constants
import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class LocalHub:
    """A model hub over HTTP, with the answers of the real one, for the repositories given to it.

    ``bytes_per_second`` slows ``model.bin`` down; ``cut_after_bytes`` breaks its first download off
    there; ``requests`` are the method and path of all that was asked.
    """

    endpoint: str = ""
    repositories: dict[str, Path] = field(default_factory=dict)
    bytes_per_second: float | None = None
    cut_after_bytes: int | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)

    def downloads_of(self, file_name: str) -> int:
        """How often a file was asked for."""
        return sum(method == "GET" and path.endswith(file_name) for method, path in self.requests)


class _HubServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub: LocalHub) -> None:
        super().__init__(("127.0.0.1", 0), _HubRequest)
        self.hub = hub


class _HubRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _hub(self) -> LocalHub:
        return cast("_HubServer", self.server).hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Nothing: the tests' output stays clean."""

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        self._hub.requests.append((self.command, path))
        owner_and_name = path.removeprefix("/api/models").split("/")[1:3]
        folder = self._hub.repositories.get("/".join(owner_and_name))
        if folder is None:
            self._send_error(401, "RepoNotFound")
        elif path.startswith("/api/models") and "/tree/" in path:
            self._send_json(_tree(folder))
        elif path.startswith("/api/models"):
            self._send_json(_model_info("/".join(owner_and_name), folder))
        else:
            self._send_file(folder / path.rsplit("/", 1)[1])

    def _send_error(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_file(self, file: Path) -> None:
        if not file.is_file():
            self._send_error(404, "EntryNotFound")
            return
        content = file.read_bytes()
        start = int(self.headers.get("Range", "bytes=0-")[len("bytes=") :].split("-")[0])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{_blob_id(file)}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "GET":
            self._send_content(file, content[start:])

    def _send_content(self, file: Path, content: bytes) -> None:
        if file.name != "model.bin":
            self.wfile.write(content)
            return
        if self._hub.cut_after_bytes is not None:
            self.wfile.write(content[: self._hub.cut_after_bytes])
            self._hub.cut_after_bytes = None
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        for start in range(0, len(content), 65536):
            self.wfile.write(content[start : start + 65536])
            if self._hub.bytes_per_second:
                time.sleep(65536 / self._hub.bytes_per_second)


def _blob_id(file: Path) -> str:
    return hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()


def _tree(folder: Path) -> list[dict[str, object]]:
    return [
        {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": _blob_id(file)}
        for file in sorted(folder.iterdir())
    ]


def _model_info(hub_id: str, folder: Path) -> dict[str, object]:
    return {
        "id": hub_id,
        "sha": COMMIT,
        "private": False,
        "siblings": [
            {"rfilename": file.name, "size": file.stat().st_size, "blobId": _blob_id(file)}
            for file in sorted(folder.iterdir())
        ],
    }


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the model hub, for this process and for those it starts."""
    cache = tmp_path / "hub-cache"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return cache


def _use_hub(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        huggingface_hub.constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        endpoint + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setenv("HF_ENDPOINT", endpoint)


@pytest.fixture
def local_hub(
    hub_cache: Path, fixture_model: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalHub]:
    """A hub that has the fixture model under the name of the size ``base``; the cache is empty."""
    hub = LocalHub(repositories={"Systran/faster-whisper-base": fixture_model})
    server = _HubServer(hub)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    _use_hub(monkeypatch, hub.endpoint)
    yield hub
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.fixture
def black_hole(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A hub that takes connections and never answers; the cache is empty."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        _use_hub(monkeypatch, endpoint)
        yield endpoint
