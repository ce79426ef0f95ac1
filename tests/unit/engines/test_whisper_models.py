"""Finding, fetching, listing, removing and loading Whisper models, with a hub on this machine."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faster_whisper.utils
import huggingface_hub.constants
import pytest

from vivavoz.engines import model_hub, whisper_models
from vivavoz.errors import ModelFailedError, ModelNotAvailableError

ENOUGH_S = 20.0


def fetch(model: str, progress: list[tuple[int, int]] | None = None, wait_s: float = 30.0) -> Path:
    """Fetch a model, noting the progress."""
    steps = [] if progress is None else progress
    return whisper_models.fetch(
        model, hub_timeout_s=wait_s, on_progress=lambda done, total: steps.append((done, total))
    )


def test_size_names_are_those_of_faster_whisper() -> None:
    assert whisper_models.HUB_IDS == faster_whisper.utils._MODELS


def test_a_directory_is_taken_as_it_is(fixture_model: Path, black_hole: str) -> None:
    assert fetch(str(fixture_model)) == fixture_model


@pytest.mark.parametrize("name", ["baze", "a/b/c", "./nowhere", "~/nowhere", "..", "C:\\models"])
def test_a_name_that_cannot_be_a_model_is_refused_with_the_sizes(
    name: str, black_hole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelNotAvailableError, match="base"):
        fetch(name)


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json"])
def test_a_directory_without_a_model_says_what_is_missing(
    missing: str, fixture_model: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(fixture_model, broken, ignore=shutil.ignore_patterns(missing))
    with pytest.raises(ModelNotAvailableError, match=missing):
        whisper_models.find(str(broken))


def test_a_model_is_downloaded_once_with_progress(local_hub: Any, fixture_model: Path) -> None:
    local_hub.bytes_per_second = 10_000_000
    progress: list[tuple[int, int]] = []
    path = fetch("base", progress)
    assert (path / "model.bin").read_bytes() == (fixture_model / "model.bin").read_bytes()
    done, totals = zip(*progress, strict=True)
    size = sum(file.stat().st_size for file in fixture_model.iterdir())
    assert set(totals) == {size}
    assert list(done) == sorted(done)
    assert (done[0], done[-1]) == (0, size)
    assert any(0 < step < size for step in done)

    asked = len(local_hub.requests)
    assert fetch("base") == whisper_models.find("base") == path
    assert len(local_hub.requests) == asked, "a cached model needs no network"


def test_a_broken_connection_goes_on_where_it_broke(local_hub: Any, fixture_model: Path) -> None:
    local_hub.cut_after_bytes = 300_000
    path = fetch("Systran/faster-whisper-base")
    assert (path / "model.bin").read_bytes() == (fixture_model / "model.bin").read_bytes()
    assert local_hub.downloads_of("model.bin") == 2


def test_a_download_can_be_stopped_and_leaves_no_rest(local_hub: Any, hub_cache: Path) -> None:
    local_hub.bytes_per_second = 4_000_000
    unfinished: list[Path] = []

    def stop_half_way(done: int, total: int) -> None:
        if done > total / 2:
            unfinished.extend(hub_cache.rglob("*.incomplete"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whisper_models.fetch("base", hub_timeout_s=5.0, on_progress=stop_half_way)
    assert unfinished
    assert not list(hub_cache.rglob("*.incomplete"))
    assert whisper_models.find("base") is None
    local_hub.bytes_per_second = None
    assert (fetch("base") / "model.bin").is_file()


def test_a_model_that_is_not_on_the_hub(local_hub: Any) -> None:
    with pytest.raises(ModelNotAvailableError, match="no model `nobody/nothing`"):
        fetch("nobody/nothing")


def test_a_black_holed_hub_is_away_in_time(black_hole: str) -> None:
    started = time.monotonic()
    with pytest.raises(ModelNotAvailableError, match="--model DIR"):
        fetch("base", wait_s=0.3)
    assert time.monotonic() - started < ENOUGH_S


def test_a_hub_that_refuses_connections_is_away(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelNotAvailableError, match=r"127\.0\.0\.1:9"):
        fetch("base")


def test_a_hub_that_stops_sending_is_given_up(
    local_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_hub, "_STALL_S", 0.5)
    local_hub.bytes_per_second = 1_000
    started = time.monotonic()
    with pytest.raises(ModelNotAvailableError, match="did not deliver it"):
        fetch("base")
    assert time.monotonic() - started < ENOUGH_S


def test_offline_means_no_request(local_hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelNotAvailableError, match="HF_HUB_OFFLINE"):
        fetch("base")
    assert local_hub.requests == []


def test_offline_a_cached_model_is_there(local_hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fetch("base")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert fetch("base") == path


def test_half_a_model_in_the_cache_is_fetched_again(local_hub: Any) -> None:
    path = fetch("base")
    (path / "model.bin").unlink()
    assert whisper_models.find("base") is None
    assert whisper_models.installed_models() == []
    assert (fetch("base") / "model.bin").is_file()


def test_installed_models_are_listed_and_removed(local_hub: Any, fixture_model: Path) -> None:
    assert whisper_models.installed_models() == []
    path = fetch("base")
    [installed] = whisper_models.installed_models()
    assert (installed.name, installed.hub_id, installed.path) == (
        "base",
        "Systran/faster-whisper-base",
        path,
    )
    assert installed.size_bytes >= (fixture_model / "model.bin").stat().st_size
    whisper_models.remove(whisper_models.installed_model("Systran/faster-whisper-base"))
    assert not path.exists()
    assert whisper_models.find("base") is None


def test_what_is_not_in_the_cache_cannot_be_removed(hub_cache: Path, fixture_model: Path) -> None:
    for name in ("base", str(fixture_model)):
        with pytest.raises(ModelNotAvailableError, match="models list"):
            whisper_models.installed_model(name)


def test_a_model_is_loaded_as_int8_for_so_many_threads(fixture_model: Path) -> None:
    model = whisper_models.load(fixture_model, device="cpu", compute_type="default", workers=3)
    assert model.model.compute_type == "int8_float32"
    assert model.model.num_workers == 3


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda folder: (folder / "model.bin").write_bytes(b"x"), id="model.bin"),
        pytest.param(lambda folder: (folder / "tokenizer.json").write_text("{"), id="tokenizer"),
        pytest.param(lambda folder: (folder / "config.json").write_text("{"), id="config"),
    ],
)
def test_a_spoilt_model_fails_in_words(
    spoil: Callable[[Path], object], fixture_model: Path, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(fixture_model, spoilt)
    spoil(spoilt)
    with pytest.raises(ModelFailedError, match="could not be loaded on cpu"):
        whisper_models.load(spoilt, device="cpu", compute_type="default", workers=1)


@pytest.mark.parametrize(("device", "compute_type"), [("cpu", "int3"), ("cuda", "default")])
def test_a_device_or_type_that_is_not_there_fails_in_words(
    device: str, compute_type: str, fixture_model: Path
) -> None:
    if device == whisper_models.best_device():
        device, compute_type = "cpu", "int3"
    with pytest.raises(ModelFailedError, match=device):
        whisper_models.load(fixture_model, device=device, compute_type=compute_type, workers=1)
