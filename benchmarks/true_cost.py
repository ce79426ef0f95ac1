"""A tiny model's text at a real model's price.

What streaming Whisper costs depends on the shapes of its tensors and on how many tokens are
decoded, not on the values of its weights. So a model of the true shape with random weights (see
``random_whisper.py``) repeats every CTranslate2 call of a process, shape for shape, while the text
still comes from a small model whose errors can be scored. It works for any server built on
CTranslate2, ours or another's.

    python benchmarks/true_cost.py --cost-model DIR [--trace FILE] -- COMMAND ...
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TextIO

_ANY_TEXT_TOKEN = 1000
_CONTROL_TOKENS = [50258, 50259, 50359, 50363]
_END_OF_TEXT = 50257
_FIRST_TIMESTAMP = 50364
_TRANSLATE, _TRANSCRIBE = 50358, 50359


@dataclass(slots=True)
class Ballast:
    """The random-weight model beside one model of the process."""

    model: Any
    encoded: dict[tuple[int, int], Any] = field(default_factory=dict)

    def encode(self, batch: int, frames: int) -> Any:
        """Spend what encoding a batch of windows costs."""
        import ctranslate2
        import numpy as np

        noise = np.random.default_rng(frames).standard_normal((batch, 80, frames))
        features = ctranslate2.StorageView.from_array(noise.astype(np.float32))
        self.encoded[batch, frames] = self.model.encode(features)
        return self.encoded[batch, frames]

    def features(self, batch: int, frames: int) -> Any:
        """An encoded batch of that shape; paid for only when there is none."""
        return self.encoded.get((batch, frames)) or self.encode(batch, frames)

    def generate(self, shape: "GenerateShape") -> None:
        """Spend what generating as many tokens, and the end, from as long a prompt costs."""
        before = [50361] + [_ANY_TEXT_TOKEN] * (shape.previous - 1) if shape.previous else []
        prompt = before + _CONTROL_TOKENS + [_ANY_TEXT_TOKEN] * shape.forced
        steps = shape.forced + shape.new_tokens + 1  # the last writes the end
        self.model.generate(
            self.features(shape.batch, shape.frames),
            [prompt] * shape.batch,
            beam_size=shape.beams,
            max_length=max(2 * steps, len(before) + len(_CONTROL_TOKENS) - 1 + steps),
            suppress_tokens=[_END_OF_TEXT],
            suppress_blank=False,
        )

    def align(self, batch: int, frames: int, tokens: int) -> None:
        """Spend what aligning texts of that length costs."""
        if tokens:
            self.model.align(
                self.features(batch, frames),
                _CONTROL_TOKENS[:3],
                [[_ANY_TEXT_TOKEN] * tokens] * batch,
                frames,
            )


@dataclass(frozen=True, slots=True)
class GenerateShape:
    """What decides the price of one ``generate`` call.

    ``previous``: prompt tokens before the control tokens; ``forced``: text tokens after them;
    ``new_tokens``: the longest text generated beyond those; ``beams``: beams or samples.
    """

    batch: int
    frames: int
    previous: int
    forced: int
    new_tokens: int
    beams: int

    @classmethod
    def of(
        cls, features: Any, prompts: list[Any], results: list[Any], options: dict[str, Any]
    ) -> "GenerateShape":
        """The shape of a call that was made."""
        prompt = prompts[0]
        task = next(
            (i for i, token in enumerate(prompt) if token in (_TRANSLATE, _TRANSCRIBE)),
            len(prompt) - 1,
        )
        control = sum(1 for token in prompt[task + 1 :] if token >= _FIRST_TIMESTAMP - 1)
        forced = len(prompt) - task - 1 - min(control, 1)
        longest = max(len(result.sequences_ids[0]) for result in results)
        return cls(
            batch=len(prompts),
            frames=_frames_of(features),
            previous=max(task - 2, 0),
            forced=forced,
            new_tokens=max(longest - forced, 0),
            beams=max(options.get("beam_size", 5), options.get("num_hypotheses", 1)),
        )


def _frames_of(features: Any) -> int:
    """Mel frames of features, encoded (two frames a position) or not."""
    shape = features.shape
    return int(shape[2]) if shape[1] in (80, 128) else 2 * int(shape[1])


@dataclass(slots=True)
class Meter:
    """What all of a process's models share: the price list and the record.

    ``original``: CTranslate2's own class; ``cost_model``: directory of the random-weight model;
    ``trace``: where a JSON line goes for each call.
    """

    original: Any
    cost_model: Path | None
    trace: TextIO | None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ballast(self, model: Any) -> Ballast | None:
        """The costly model beside ``model``, loaded once."""
        if self.cost_model is None:
            return None
        with self.lock:
            if not hasattr(model, "ballast"):
                model.ballast = Ballast(
                    self.original(
                        str(self.cost_model),
                        device="cpu",
                        compute_type="int8",
                        intra_threads=int(os.environ.get("TRUE_COST_THREADS", "1")),
                        inter_threads=model.num_workers,
                    )
                )
            ballast: Ballast = model.ballast
            return ballast

    def record(self, kind: str, began: float, **shape: int) -> None:
        """Note one call and how long it took with its repetition."""
        if self.trace is not None:
            line = {"kind": kind, **shape, "s": round(time.perf_counter() - began, 6)}
            with self.lock:
                self.trace.write(json.dumps(line) + "\n")


class CostlyCalls:
    """Mixed into CTranslate2's class: each call is followed by the same call on the ballast."""

    meter: ClassVar[Meter]

    def encode(self, features: Any, *args: Any, **kwargs: Any) -> Any:
        """Encode, twice."""
        began = time.perf_counter()
        result = super().encode(features, *args, **kwargs)  # type: ignore[misc]
        batch, frames = int(features.shape[0]), int(features.shape[-1])
        if ballast := self.meter.ballast(self):
            ballast.encode(batch, frames)
        self.meter.record("encode", began, batch=batch, frames=frames)
        return result

    def generate(self, features: Any, prompts: Any, *args: Any, **kwargs: Any) -> Any:
        """Generate, twice."""
        began = time.perf_counter()
        results = super().generate(features, prompts, *args, **kwargs)  # type: ignore[misc]
        finished = [one.result() if hasattr(one, "result") else one for one in results]
        shape = GenerateShape.of(features, prompts, finished, kwargs)
        if ballast := self.meter.ballast(self):
            ballast.generate(shape)
        self.meter.record("generate", began, **asdict(shape))
        return results

    def align(self, features: Any, start: Any, texts: Any, *args: Any, **kwargs: Any) -> Any:
        """Align, twice."""
        began = time.perf_counter()
        results = super().align(features, start, texts, *args, **kwargs)  # type: ignore[misc]
        frames, tokens = _frames_of(features), max(len(text) for text in texts)
        if ballast := self.meter.ballast(self):
            ballast.align(len(texts), frames, tokens)
        self.meter.record("align", began, batch=len(texts), frames=frames, tokens=tokens)
        return results

    def detect_language(self, features: Any) -> Any:
        """Detect, twice."""
        began = time.perf_counter()
        results = super().detect_language(features)  # type: ignore[misc]
        frames = _frames_of(features)
        if ballast := self.meter.ballast(self):
            ballast.model.detect_language(ballast.features(len(results), frames))
        self.meter.record("detect", began, batch=len(results), frames=frames)
        return results


def install(cost_model: Path | None, trace: Path | None) -> None:
    """Replace CTranslate2's Whisper in this process, before any model is loaded.

    Args:
        cost_model: directory of the random-weight model that repeats each call.
        trace: file that gets a JSON line for each call.
    """
    import ctranslate2

    original = ctranslate2.models.Whisper
    lines = trace.open("a", buffering=1, encoding="utf-8") if trace else None
    ctranslate2.models.Whisper = type(
        "Whisper", (CostlyCalls, original), {"meter": Meter(original, cost_model, lines)}
    )


def _run(cost_model: Path | None, trace: Path | None, command: list[str]) -> int:
    """Run a command whose Python processes all call ``install`` as they start."""
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(path.resolve()) if path else None for path in (cost_model, trace)]
        Path(folder, "sitecustomize.py").write_text(
            "import sys\nfrom pathlib import Path\n"
            f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            "import true_cost\n"
            f"true_cost.install(*(Path(p) if p else None for p in {arguments!r}))\n",
            encoding="utf-8",
        )
        path = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
        return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}).returncode


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="A tiny model's text at a real model's price.")
    parser.add_argument("--cost-model", type=Path, help="repeat every call on this model")
    parser.add_argument("--trace", type=Path, help="write every call here, one JSON a line")
    parser.add_argument("rest", nargs="+", metavar="COMMAND")
    given = parser.parse_args()
    return _run(given.cost_model, given.trace, given.rest)


if __name__ == "__main__":
    sys.exit(main())
