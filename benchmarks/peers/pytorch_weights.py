"""A CTranslate2 Whisper as PyTorch weights, in the form of OpenAI's checkpoints, for servers that
decode with PyTorch. Needs torch, and is run by such a server's own Python:

    ENV/bin/python benchmarks/peers/pytorch_weights.py MODEL_DIR WEIGHTS_DIR

``WEIGHTS_DIR`` gets the weights as ``model.pt`` and, in a file of its own as OpenAI's code writes
them, which attention heads align text with audio.
"""

import argparse
import base64
import gzip
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
HEADS_FILE = "alignment_heads.txt"
_STEMS = ("conv1", "conv2")


def read_variables(model_bin: bytes) -> dict[str, Array]:
    """The variables of a CTranslate2 ``model.bin`` (binary version 6), quantised ones scaled back
    to float32.

    Raises:
        ValueError: the file is of another version.
    """
    stream = _Stream(model_bin)
    if (version := stream.number("I")) != 6:
        raise ValueError(f"binary version {version} is not known, only 6")
    stream.text(), stream.number("I")
    raw = {stream.text(): stream.array() for _ in range(stream.number("I"))}
    return {
        name: _scaled(array, raw.get(f"{name}_scale"))
        for name, array in raw.items()
        if not name.endswith("_scale")
    }


class _Stream:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from(f"<{kind}", self._data, self._at)
        self._at += struct.calcsize(kind)
        return int(value)

    def text(self) -> str:
        return self._bytes(self.number("H")).rstrip(b"\0").decode()

    def array(self) -> Array:
        shape = [self.number("I") for _ in range(self.number("B"))]
        kind = _TYPES[self.number("B")]
        return np.frombuffer(self._bytes(self.number("I")), kind).reshape(shape)

    def _bytes(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]


def _scaled(array: Array, scale: Array | None) -> Array:
    if scale is None:
        return array
    return array.astype(np.float32) / scale.reshape(-1, *[1] * (array.ndim - 1))


def checkpoint(variables: dict[str, Array]) -> dict[str, Any]:
    """``dims`` and ``model_state_dict``, by OpenAI's names."""
    states = dict(_states(variables))
    text_vocabulary, width = variables["decoder/embeddings/weight"].shape
    dims = {
        "n_mels": variables["encoder/conv1/weight"].shape[1],
        "n_audio_ctx": len(states["encoder.positional_embedding"]),
        "n_audio_state": width,
        "n_audio_head": int(variables["encoder/num_heads"]),
        "n_audio_layer": _layers(variables, "encoder"),
        "n_vocab": text_vocabulary,
        "n_text_ctx": len(states["decoder.positional_embedding"]),
        "n_text_state": width,
        "n_text_head": int(variables["decoder/num_heads"]),
        "n_text_layer": _layers(variables, "decoder"),
    }
    return {"dims": dims, "model_state_dict": states}


def alignment_heads(dims: dict[str, int], heads: list[list[int]]) -> str:
    """A mask over the decoder's layers and heads, as OpenAI's code writes it: base85 of gzip."""
    mask = np.zeros((dims["n_text_layer"], dims["n_text_head"]), bool)
    mask[tuple(zip(*heads, strict=True))] = True
    return base64.b85encode(gzip.compress(mask.tobytes(), mtime=0)).decode()


def _layers(variables: dict[str, Array], side: str) -> int:
    return len({name.split("/")[1] for name in variables if name.startswith(f"{side}/layer_")}) - 1


def _states(
    variables: dict[str, Array],
) -> Iterator[tuple[str, Array]]:
    yield "decoder.token_embedding.weight", variables["decoder/embeddings/weight"]
    for side, last in (("encoder", "ln_post"), ("decoder", "ln")):
        positions = variables[f"{side}/position_encodings/encodings"]
        yield f"{side}.positional_embedding", positions
        yield from _norm(variables, f"{side}/layer_norm", f"{side}.{last}")
        for number in range(_layers(variables, side)):
            yield from _block(variables, f"{side}/layer_{number}", f"{side}.blocks.{number}")
    for stem in _STEMS:
        yield f"encoder.{stem}.weight", variables[f"encoder/{stem}/weight"]
        yield f"encoder.{stem}.bias", variables[f"encoder/{stem}/bias"]


def _block(variables: dict[str, Array], theirs: str, ours: str) -> Iterator[tuple[str, Array]]:
    yield from _attention(
        variables, f"{theirs}/self_attention", f"{ours}.attn", ("query key value", "out")
    )
    if f"{theirs}/attention/linear_0/weight" in variables:
        parts = ("query", "key value", "out")
        yield from _attention(variables, f"{theirs}/attention", f"{ours}.cross_attn", parts)
    yield from _norm(variables, f"{theirs}/ffn/layer_norm", f"{ours}.mlp_ln")
    for number, place in ((0, 0), (1, 2)):
        for kind in ("weight", "bias"):
            yield f"{ours}.mlp.{place}.{kind}", variables[f"{theirs}/ffn/linear_{number}/{kind}"]


def _attention(
    variables: dict[str, Array], theirs: str, ours: str, linears: tuple[str, ...]
) -> Iterator[tuple[str, Array]]:
    """Projections that CTranslate2 has fused into one matrix, apart again."""
    yield from _norm(variables, f"{theirs}/layer_norm", f"{ours}_ln")
    for number, fused in enumerate(linears):
        names = fused.split()
        for kind in ("weight", "bias"):
            whole = variables[f"{theirs}/linear_{number}/{kind}"]
            for name, part in zip(names, np.split(whole, len(names)), strict=True):
                if (name, kind) != ("key", "bias"):  # zero: Whisper's keys have none
                    yield f"{ours}.{name}.{kind}", part


def _norm(variables: dict[str, Array], theirs: str, ours: str) -> Iterator[tuple[str, Array]]:
    yield f"{ours}.weight", variables[f"{theirs}/gamma"]
    yield f"{ours}.bias", variables[f"{theirs}/beta"]


def main() -> None:
    """The command line."""
    import torch  # type: ignore[import-not-found, unused-ignore]

    parser = argparse.ArgumentParser(description="A CTranslate2 Whisper as PyTorch weights.")
    parser.add_argument("model_dir", type=Path)
    parser.add_argument("weights_dir", type=Path)
    given = parser.parse_args()
    whole = checkpoint(read_variables((given.model_dir / "model.bin").read_bytes()))
    config = json.loads((given.model_dir / "config.json").read_text(encoding="utf-8"))
    heads = alignment_heads(whole["dims"], config["alignment_heads"])
    states = {name: torch.tensor(array) for name, array in whole["model_state_dict"].items()}
    given.weights_dir.mkdir(parents=True, exist_ok=True)
    torch.save({**whole, "model_state_dict": states}, given.weights_dir / "model.pt")
    (given.weights_dir / HEADS_FILE).write_text(heads, encoding="ascii")


if __name__ == "__main__":
    main()
