"""From settings to a warm engine: what is loaded, what is said meanwhile, what falls back."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from vivavoz.engines import whisper_models
from vivavoz.engines.registry import LoadedEngine, LoadProgress, load_engine
from vivavoz.errors import EngineNotInstalledError, ModelFailedError, ModelNotAvailableError
from vivavoz.settings import Settings


def load(progress: list[LoadProgress] | None = None, **settings: Any) -> LoadedEngine:
    steps = [] if progress is None else progress
    known = {"worker_threads": 2, "hub_timeout_s": 30.0, **settings}
    return load_engine(Settings.model_validate(known), steps.append)


def stages_of(progress: list[LoadProgress]) -> list[str]:
    """The stages in order, each named once."""
    stages = [step.stage for step in progress]
    return [stage for at, stage in enumerate(stages) if at == 0 or stages[at - 1] != stage]


def test_a_directory_is_loaded_and_warmed(fixture_model: Path, black_hole: str) -> None:
    progress: list[LoadProgress] = []
    loaded = load(progress, engine="whisper", model=str(fixture_model))
    assert loaded.engine.capabilities.name == "whisper"
    assert loaded.engine.capabilities.model == fixture_model.resolve().name
    assert loaded.fallback_reason is None
    assert stages_of(progress) == ["probing", "loading", "warming"]


def test_auto_downloads_whisper_and_says_how_far_it_is(local_hub: Any, fixture_model: Path) -> None:
    local_hub.bytes_per_second = 20_000_000
    progress: list[LoadProgress] = []
    loaded = load(progress)
    assert loaded.engine.capabilities.name == "whisper"
    assert loaded.engine.capabilities.model == "base"
    assert loaded.fallback_reason is None
    assert stages_of(progress) == ["probing", "downloading", "loading", "warming"]
    downloading = [step for step in progress if step.stage == "downloading"]
    size = sum(file.stat().st_size for file in fixture_model.iterdir())
    assert (downloading[-1].bytes_done, downloading[-1].bytes_total) == (size, size)
    again: list[LoadProgress] = []
    load(again)
    assert stages_of(again) == ["probing", "loading", "warming"]


def test_auto_falls_back_with_a_reason_when_the_hub_is_away(black_hole: str) -> None:
    started = time.monotonic()
    loaded = load(hub_timeout_s=0.3)
    assert loaded.engine.capabilities.name == "pocketsphinx"
    assert loaded.fallback_reason is not None
    assert "faster-whisper-base" in loaded.fallback_reason
    assert time.monotonic() - started < 20


def test_a_named_engine_never_falls_back(black_hole: str) -> None:
    with pytest.raises(ModelNotAvailableError):
        load(engine="whisper", hub_timeout_s=0.3)


@pytest.mark.parametrize("slip", [{"model": "baze"}, {"partial_model": "tinny"}])
def test_a_slip_in_a_name_is_no_reason_to_fall_back(slip: dict[str, str], black_hole: str) -> None:
    with pytest.raises(ModelNotAvailableError, match="name a size"):
        load(None, **slip)


def test_a_broken_model_is_no_reason_to_fall_back(fixture_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(fixture_model, broken)
    (broken / "model.bin").write_bytes(b"no model")
    with pytest.raises(ModelFailedError):
        load(model=str(broken))


def test_pocketsphinx_asks_no_hub(black_hole: str) -> None:
    progress: list[LoadProgress] = []
    loaded = load(progress, engine="pocketsphinx")
    assert loaded.engine.capabilities.name == "pocketsphinx"
    assert loaded.fallback_reason is None
    assert stages_of(progress) == ["probing", "warming"]


def test_without_faster_whisper_auto_is_pocketsphinx_and_whisper_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whisper_models, "find_spec", lambda name: None)
    loaded = load()
    assert loaded.engine.capabilities.name == "pocketsphinx"
    assert "pip install faster-whisper" in (loaded.fallback_reason or "")
    with pytest.raises(EngineNotInstalledError, match="pip install faster-whisper"):
        load(engine="whisper")


def test_a_model_is_loaded_once_for_all_who_use_it(
    fixture_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Path] = []
    really_load = whisper_models.load

    def counting_load(path: Path, **options: Any) -> Any:
        loads.append(path)
        return really_load(path, **options)

    monkeypatch.setattr(whisper_models, "load", counting_load)
    first = load(model=str(fixture_model), partial_model=str(fixture_model))
    second = load(model=str(fixture_model))
    assert len(loads) == 1
    load(model=str(fixture_model), compute_type="float32")
    assert len(loads) == 2
    first.engine.close()
    load(model=str(fixture_model)).engine.warm_up()
    assert len(loads) == 3, "a model that was freed is loaded anew"
    second.engine.close()


def test_the_built_in_engine_imports_no_whisper() -> None:
    """So that `vivavoz serve --engine pocketsphinx` is ready in well under 3 s."""
    program = (
        "import json, sys\n"
        "from vivavoz.engines.registry import load_engine\n"
        "from vivavoz.settings import Settings\n"
        "load_engine(Settings(engine='pocketsphinx'), lambda step: None)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ
    )
    modules = json.loads(finished.stdout)
    assert "pocketsphinx" not in modules
    assert not {"faster_whisper", "ctranslate2", "huggingface_hub.hf_api"} & set(modules)
