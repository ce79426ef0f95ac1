"""A Whisper model in memory does not grow with the lengths of the windows that it has seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ENCODE_MANY_LENGTHS = """
import sys
from pathlib import Path

import numpy as np
import psutil

from vivavoz.engines import whisper_models
from vivavoz.runtime.memory import give_back_unused

def memory_mb():
    give_back_unused()
    memory = psutil.Process().memory_info()
    return (memory.rss - memory.shared) / 1e6

model = whisper_models.load(Path(sys.argv[1]), device="cpu", compute_type="default", workers=1)
marks = []
for first in (100, 102):
    for frames in range(first, first + 400, 4):
        model.encode(np.zeros((1, model.model.n_mels, frames), np.float32))
    marks.append(memory_mb())
print(marks[-1] - marks[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other ways")
def test_memory_does_not_grow_with_every_length_of_a_window(fixture_model: Path) -> None:
    # In a process of its own: how much is kept is settled once a process.
    environment = {name: value for name, value in os.environ.items() if "ONEDNN" not in name}
    printed = subprocess.run(
        [sys.executable, "-c", _ENCODE_MANY_LENGTHS, str(fixture_model)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert float(printed) < 20, "100 more lengths left more than 20 MB behind"
