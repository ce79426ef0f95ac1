"""Ctrl-C, or SIGTERM, while the model loads: a calm end, whatever CTranslate2 is doing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("by", "after_s"),
    [(signal.SIGINT, after_s) for after_s in (0.0, 0.1, 0.2, 0.3, 0.45)] + [(signal.SIGTERM, 0.2)],
)
def test_an_interrupted_start_ends_calmly(
    by: signal.Signals, after_s: float, fixture_model: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "vivavoz", "serve", "--port", "0", "--engine", "whisper"]
    process = subprocess.Popen(
        [*command, "--model", str(fixture_model)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"VIVAVOZ_DATA_DIR": str(tmp_path)},
    )
    assert process.stdout is not None
    assert "listens at" in process.stdout.readline()
    time.sleep(after_s)
    process.send_signal(by)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "terminate called" not in errors
    assert "Traceback" not in errors
