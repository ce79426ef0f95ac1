"""``vivavoz models`` as a process, with the model hub that the environment names."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest


def vivavoz(*arguments: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "vivavoz", "models", *arguments],
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"COLUMNS": "200"},
    )


def test_a_model_is_downloaded_listed_and_removed(local_hub: Any, hub_cache: Path) -> None:
    downloaded = vivavoz("download", "base")
    assert downloaded.returncode == 0, downloaded.stderr
    folder = Path(downloaded.stdout.strip())
    assert folder.is_relative_to(hub_cache)
    assert (folder / "model.bin").is_file()
    assert "base is ready" in downloaded.stderr

    listed = vivavoz("list")
    assert listed.returncode == 0
    assert "Systran/faster-whisper-base" in listed.stdout
    assert "MB" in listed.stdout
    assert str(hub_cache) in listed.stdout

    kept = vivavoz("remove", "base", answer="n\n")
    assert kept.returncode == 1
    assert folder.is_dir()
    removed = vivavoz("remove", "base", "--yes")
    assert removed.returncode == 0
    assert "free again" in removed.stdout
    assert not folder.exists()
    assert "No Whisper model" in vivavoz("list").stdout


def wait_until(condition: Callable[[], object], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("download", "baze"), "name a size"),
        (("download", "nobody/nothing"), "no model `nobody/nothing`"),
        (("remove", "base"), "not in the cache"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, local_hub: Any
) -> None:
    finished = vivavoz(*arguments)
    assert finished.returncode == 1
    assert sentence in finished.stderr
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""


def test_offline_is_respected(local_hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    finished = vivavoz("download", "base")
    assert finished.returncode == 1
    assert "HF_HUB_OFFLINE" in finished.stderr
    assert local_hub.requests == []


def test_a_black_holed_hub_is_one_sentence_in_time(
    black_hole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOZ_HUB_TIMEOUT_S", "0.5")
    finished = vivavoz("download", "base")
    assert finished.returncode == 1
    assert "did not deliver it" in finished.stderr


def test_a_killed_download_leaves_no_process_and_no_rest(local_hub: Any, hub_cache: Path) -> None:
    local_hub.bytes_per_second = 500_000
    command = [sys.executable, "-m", "vivavoz", "models", "download", "base"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as download:
        wait_until(lambda: list(hub_cache.rglob("*.incomplete")))
        children = psutil.Process(download.pid).children()
        assert children
        download.kill()
    wait_until(lambda: not any(child.is_running() for child in children))
    assert not list(hub_cache.rglob("*.incomplete"))


def test_help_has_examples() -> None:
    for command in ("list", "download", "remove"):
        assert f"vivavoz models {command}" in vivavoz(command, "--help").stdout
