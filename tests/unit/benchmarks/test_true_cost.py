"""Every call of a model repeated on another one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import ctranslate2
import pytest

from true_cost import Ballast, GenerateShape

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "tests" / "fixtures" / "fixture-model" / "model"

TRANSCRIBES = f"""
import json, numpy, faster_whisper
model = faster_whisper.WhisperModel({str(MODEL)!r}, device="cpu", compute_type="int8",
                                    cpu_threads=1, num_workers=3)
assert not hasattr(model.model, "ballast")
segments, _ = model.transcribe(numpy.zeros(16_000, numpy.float32), language="es",
                               log_prob_threshold=None, no_speech_threshold=None)
list(segments)
print(json.dumps([model.model.num_workers, model.model.ballast.model.num_workers]))
"""


def test_a_models_calls_are_repeated_as_parallel_as_they_are(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    script = ROOT / "benchmarks" / "true_cost.py"
    wrapped = [sys.executable, str(script), "--cost-model", str(MODEL), "--trace", str(trace), "--"]
    finished = subprocess.run(
        [*wrapped, sys.executable, "-c", TRANSCRIBES], capture_output=True, text=True, check=True
    )
    assert json.loads(finished.stdout) == [3, 3]
    calls = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [call["kind"] for call in calls[:2]] == ["encode", "generate"]
    assert calls[0]["frames"] == 3000
    assert calls[1]["beams"] == 5


class Counting:
    """A model that counts the steps of its decoder."""

    def __init__(self) -> None:
        self._model = ctranslate2.models.Whisper(str(MODEL), compute_type="int8", intra_threads=1)
        self.encode = self._model.encode
        self.steps = 0

    def generate(self, *arguments: Any, **options: Any) -> Any:
        """Generate, and count."""
        results = self._model.generate(*arguments, return_logits_vocab=True, **options)
        self.steps = len(results[0].logits[0])
        return results


@pytest.mark.parametrize("previous", [0, 5, 100])
@pytest.mark.parametrize(("forced", "new"), [(0, 0), (0, 7), (3, 0), (3, 7)])
def test_a_step_is_paid_for_each_token_and_one_for_the_end(
    previous: int, forced: int, new: int
) -> None:
    model = Counting()
    shape = GenerateShape(
        batch=1, frames=400, previous=previous, forced=forced, new_tokens=new, beams=1
    )
    Ballast(model).generate(shape)
    assert model.steps == forced + new + 1
