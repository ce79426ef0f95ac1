"""Keys on the command line, and a server process that asks for them and keeps them to itself."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result
from websockets.asyncio.client import connect

from tests.live.clients import PATIENCE_S
from vivavoz.cli.root import app
from vivavoz.cli.server_status import ServerStatus, fetch_status
from vivavoz.client import VivavozClient
from vivavoz.history.database import Database
from vivavoz.history.keys import KeyStore

VIVAVOZ = [sys.executable, "-m", "vivavoz"]
PCM = "audio/pcm;rate=16000;channels=1"
EVERYWHERE = "0.0.0.0"  # noqa: S104
WRONG_KEY = "vv_" + "W" * 43


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("VIVAVOZ_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def store(data_dir: Path) -> Iterator[KeyStore]:
    database = Database(f"sqlite:///{data_dir / 'vivavoz.db'}")
    yield KeyStore(database)
    database.close()


def keys(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


class TestKeys:
    def test_adding_prints_the_key_once(self, store: KeyStore) -> None:
        added = keys("add", "ana")
        assert added.exit_code == 0
        found = store.find(added.stdout.strip())
        assert found is not None
        assert found.user_id == "ana"
        assert "cannot be shown again" in added.stderr
        assert added.stdout.strip() not in added.stderr
        assert added.stdout.strip() not in keys("list").output

    def test_listing(self, store: KeyStore) -> None:
        assert "No API keys" in keys("list").stdout
        first, _ = store.add("ana [bold]")
        second, _ = store.add("berta")
        store.revoke(first.id)
        lines = [line.split() for line in keys("list").stdout.splitlines() if line.strip()]
        by_id = {line[0]: line for line in lines}
        assert by_id[str(first.id)[:8]][1:3] == ["ana", "[bold]"]
        assert len(by_id[str(first.id)[:8]]) == len(by_id[str(second.id)[:8]]) + 3

    def test_revoking(self, store: KeyStore) -> None:
        key, secret = store.add("ana")
        _, other = store.add("ana")
        revoked = keys("revoke", str(key.id)[:8].upper())
        assert (revoked.exit_code, revoked.stdout) == (0, "")
        assert str(key.id) in revoked.stderr
        assert store.find(secret) is None
        assert store.find(other) is not None

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["add", " "], "1 to 128 characters"),
            (["revoke", "zzz"], "No API key's id begins with zzz"),
            (["revoke", ""], "No API key's id begins with"),
        ],
    )
    def test_a_mistake_is_one_sentence(
        self, store: KeyStore, arguments: list[str], sentence: str
    ) -> None:
        store.add("ana")
        result = keys(*arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr
        assert [key.revoked_at for key in store.all()] == [None]

    def test_help_has_examples(self) -> None:
        for command in ("add", "list", "revoke"):
            assert f"vivavoz keys {command}" in keys(command, "--help").stdout


# --- the server -----------------------------------------------------------------------------------


@contextmanager
def serving(log: Path, *options: str) -> Iterator[str]:
    """A server process, its address; all that it says goes into the log."""
    command = [*VIVAVOZ, "serve", "--port", "0", "--engine", "pocketsphinx", *options]
    environment = os.environ | {"VIVAVOZ_LOG_LEVEL": "debug", "PYTHONUNBUFFERED": "1"}
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said, env=environment) as process,
    ):
        try:
            yield _address_in(log, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _address_in(log: Path, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(300):
        announced = re.search(r"listens at (http://\S+)", log.read_text())
        if announced and _is_ready(announced[1]):
            return announced[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError("the server never became ready")


def _is_ready(address: str) -> bool:
    return httpx.get(f"{address}/ready", trust_env=False, timeout=PATIENCE_S).is_success


@pytest.mark.parametrize("by", ["option", "variable"])
def test_beyond_loopback_it_refuses_to_start_unprotected(
    data_dir: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [*VIVAVOZ, "serve", "--port", "0"]
    if by == "option":
        command += ["--host", EVERYWHERE]
    else:
        monkeypatch.setenv("VIVAVOZ_HOST", EVERYWHERE)
    refused = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1
    for way_out in ("vivavoz keys add NAME", "--auth", "--allow-unauthenticated"):
        assert way_out in refused.stderr
    assert not data_dir.exists()


@pytest.mark.parametrize("way_out", ["--auth", "--allow-unauthenticated"])
def test_beyond_loopback_it_starts_either_way(data_dir: Path, tmp_path: Path, way_out: str) -> None:
    with serving(tmp_path / "log", "--host", EVERYWHERE, way_out) as address:
        answer = httpx.get(f"{address}/api/history", trust_env=False, timeout=PATIENCE_S)
    assert answer.status_code == (401 if way_out == "--auth" else 200)


def test_the_command_line_tells_a_locked_server_from_none(store: KeyStore, tmp_path: Path) -> None:
    _, secret = store.add("ana")
    with serving(tmp_path / "log", "--auth") as address:
        assert fetch_status(address) is ServerStatus.LOCKED
        assert fetch_status(address, WRONG_KEY) is ServerStatus.LOCKED
        assert fetch_status(address, secret) is ServerStatus.READY
    assert fetch_status(address, secret) is None


@pytest.mark.parametrize("log_format", ["console", "json"])
async def test_secrets_are_in_no_log_and_in_no_file(
    store: KeyStore, data_dir: Path, tmp_path: Path, log_format: str
) -> None:
    _, secret = store.add("ana")
    log = tmp_path / "log"
    with serving(log, "--auth", "--log-format", log_format) as address:
        bearer = {"Authorization": f"Bearer {secret}"}
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_S) as http:
            token = (await http.post("/api/auth/token", headers=bearer)).json()["token"]
            await http.post("/api/auth/session", json={"api_key": secret})
            cookie = http.cookies["vivavoz_token"]
            assert (await http.post("/api/auth/refresh")).is_success
            assert (await http.get("/api/history")).is_success
            await http.get("/api/history", params={"access_token": secret})
            await http.post("/api/auth/session", json={"api_key": WRONG_KEY})
            await http.post("/api/auth/session", content=f'{{"api_key": "{secret}"')
        for shown in (secret, token, cookie, WRONG_KEY):
            url = f"{address.replace('http', 'ws')}/ws?access_token={shown}"
            async with connect(url, proxy=None) as socket:
                await socket.recv()
        async with VivavozClient(address, mime_type=PCM, api_key=secret) as client:
            assert client.session is not None
    said = log.read_text()
    assert "session_started" in said
    for shown in (secret, token, cookie, WRONG_KEY):
        assert shown not in said
    kept = _all_bytes_in(data_dir)
    for shown in (secret, token, cookie, WRONG_KEY):
        assert shown.encode() not in kept


def _all_bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_server_inside_a_command_stays_on_loopback(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOZ_HOST", EVERYWHERE)
    monkeypatch.setenv("VIVAVOZ_ENGINE", "pocketsphinx")
    code = (
        "from vivavoz.cli.server_process import embedded_server\n"
        "from vivavoz.settings import Settings\n"
        "with embedded_server(Settings()) as address: print(address)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert ran.stdout.startswith("http://127.0.0.1:")
