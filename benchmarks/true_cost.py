"""A tiny model's text at a real model's price.

What streaming Whisper costs depends on the shapes of its tensors and on how many tokens are decoded,
not on the values of its weights. So a model of the true shape with random weights repeats every
CTranslate2 call of a process, shape for shape, while the text still comes from a small model whose
errors can be scored. It works for any server built on CTranslate2, ours or another's.

    python true_cost.py model base TOKENIZER_JSON DIR   write a random-weight model (needs torch and
                                                        transformers, in an environment of its own)
    python true_cost.py run [--cost-model DIR] [--trace FILE] -- COMMAND ...
                                                        run a command with every call repeated on
                                                        DIR and recorded in FILE, one JSON a line
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHAPES = {"tiny": (384, 4, 6), "base": (512, 6, 8), "small": (768, 12, 12)}
"""Width, layers and heads of the published models."""

CONTEXT_FRAMES = 3000
_ANY_TEXT_TOKEN = 1000
_CONTROL_TOKENS = [50258, 50259, 50359, 50363]
_END_OF_TEXT = 50257
_FIRST_TIMESTAMP = 50364
_TRANSLATE, _TRANSCRIBE = 50358, 50359


def write_model(size: str, tokenizer_json: Path, out_dir: Path) -> None:
    """Write a random-weight Whisper of a published shape as a CTranslate2 int8 directory.

    Args:
        size: ``tiny``, ``base`` or ``small``.
        tokenizer_json: a tokenizer with Whisper's multilingual ids.
        out_dir: where to write.
    """
    from ctranslate2.converters.transformers import WhisperLoader
    from transformers import (  # type: ignore[import-not-found, unused-ignore]
        WhisperConfig,
        WhisperForConditionalGeneration,
    )

    width, layers, heads = SHAPES[size]
    config = WhisperConfig(
        vocab_size=51865,
        d_model=width,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width,
    )
    tokenizer = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    ids = dict(tokenizer["model"]["vocab"])
    ids.update({token["content"]: token["id"] for token in tokenizer["added_tokens"]})
    spec = WhisperLoader().get_model_spec(WhisperForConditionalGeneration(config))
    spec.register_vocabulary(sorted(ids, key=lambda token: ids[token]))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [220, _END_OF_TEXT]
    spec.config.lang_ids = list(range(50259, 50358))
    spec.config.alignment_heads = [
        [layer, head] for layer in range(layers // 2, layers) for head in range(heads)
    ]
    spec.validate()
    spec.optimize(quantization="int8")
    out_dir.mkdir(parents=True, exist_ok=True)
    spec.save(str(out_dir))


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
        """Spend what generating as many tokens from as long a prompt costs."""
        if shape.new_tokens == 0:
            return
        before = [50361] + [_ANY_TEXT_TOKEN] * (shape.previous - 1) if shape.previous else []
        prompt = before + _CONTROL_TOKENS + [_ANY_TEXT_TOKEN] * shape.forced
        self.model.generate(
            self.features(shape.batch, shape.frames),
            [prompt] * shape.batch,
            beam_size=shape.beams,
            max_length=2 * (shape.forced + shape.new_tokens),
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


def install(cost_model: Path | None, trace: Path | None) -> None:
    """Replace CTranslate2's Whisper in this process, before any model is loaded.

    Args:
        cost_model: directory of the random-weight model that repeats each call.
        trace: file that gets a JSON line for each call.
    """
    import ctranslate2

    original = ctranslate2.models.Whisper
    lock = threading.Lock()
    lines = trace.open("a", buffering=1, encoding="utf-8") if trace else None
    threads = int(os.environ.get("TRUE_COST_THREADS", "1"))

    def record(kind: str, began: float, **shape: Any) -> None:
        if lines:
            with lock:
                seconds = round(time.perf_counter() - began, 6)
                lines.write(json.dumps({"kind": kind, **shape, "s": seconds}) + "\n")

    class CostlyWhisper(original):  # type: ignore[misc, valid-type]
        """The process's own model, each call followed by the same call on the costly one."""

        def _ballast(self) -> Ballast | None:
            with lock:
                if cost_model and not hasattr(self, "_costly"):
                    self._costly = Ballast(
                        original(
                            str(cost_model),
                            device="cpu",
                            compute_type="int8",
                            intra_threads=threads,
                            inter_threads=max(1, getattr(self, "num_translators", 1)),
                        )
                    )
                return getattr(self, "_costly", None)

        def encode(self, features: Any, *args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            result = super().encode(features, *args, **kwargs)
            batch, frames = int(features.shape[0]), int(features.shape[-1])
            if ballast := self._ballast():
                ballast.encode(batch, frames)
            record("encode", began, batch=batch, frames=frames)
            return result

        def generate(self, features: Any, prompts: Any, *args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            results = super().generate(features, prompts, *args, **kwargs)
            finished = [one.result() if hasattr(one, "result") else one for one in results]
            shape = GenerateShape.of(features, prompts, finished, kwargs)
            if ballast := self._ballast():
                ballast.generate(shape)
            record(
                "generate",
                began,
                batch=shape.batch,
                frames=shape.frames,
                forced=shape.forced,
                new=shape.new_tokens,
                beams=shape.beams,
            )
            return results

        def align(
            self, features: Any, start: Any, texts: Any, *args: Any, **kwargs: Any
        ) -> Any:
            began = time.perf_counter()
            results = super().align(features, start, texts, *args, **kwargs)
            frames, tokens = _frames_of(features), max(len(text) for text in texts)
            if ballast := self._ballast():
                ballast.align(len(texts), frames, tokens)
            record("align", began, batch=len(texts), frames=frames, tokens=tokens)
            return results

        def detect_language(self, features: Any) -> Any:
            began = time.perf_counter()
            results = super().detect_language(features)
            frames = _frames_of(features)
            if ballast := self._ballast():
                ballast.model.detect_language(ballast.features(len(results), frames))
            record("detect", began, batch=len(results), frames=frames)
            return results

    ctranslate2.models.Whisper = CostlyWhisper


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
        return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}).returncode  # noqa: PLW1510


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="A tiny model's text at a real model's price.")
    commands = parser.add_subparsers(dest="command", required=True)
    model = commands.add_parser("model", help="write a random-weight model")
    model.add_argument("size", choices=SHAPES)
    model.add_argument("tokenizer_json", type=Path)
    model.add_argument("out_dir", type=Path)
    run = commands.add_parser("run", help="run a command at the cost of another model")
    run.add_argument("--cost-model", type=Path)
    run.add_argument("--trace", type=Path)
    run.add_argument("rest", nargs="+", metavar="COMMAND")
    given = parser.parse_args()
    if given.command == "model":
        write_model(given.size, given.tokenizer_json, given.out_dir)
        return 0
    return _run(given.cost_model, given.trace, given.rest)


if __name__ == "__main__":
    sys.exit(main())
