"""A machine with little memory is told of at the start."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

MORE_THAN_THERE_IS_GB = str(2 * psutil.virtual_memory().total / 1024**3)


@pytest.mark.parametrize(("wanted_gb", "is_warned"), [(MORE_THAN_THERE_IS_GB, True), ("0", False)])
def test_too_little_memory_is_one_sentence_and_no_obstacle(
    tmp_path: Path, wanted_gb: str, is_warned: bool
) -> None:
    options = ["--engine", "pocketsphinx", "--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "vivavoz", "serve", *options],
        env=os.environ | {"VIVAVOZ_MIN_MEMORY_GB": wanted_gb},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Vivavoz listens at")
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=30)
    assert server.returncode == 0
    assert ("GB of memory, less than the" in " ".join(errors.split())) == is_warned, errors
