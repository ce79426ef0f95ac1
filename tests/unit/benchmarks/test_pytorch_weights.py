"""The fixture model as PyTorch weights: nothing lost, everything scaled back."""

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from peers.pytorch_weights import alignment_heads, checkpoint, read_variables

MODEL = Path(__file__).parents[2] / "fixtures" / "fixture-model" / "model"


def test_every_weight_finds_its_place() -> None:
    variables = read_variables((MODEL / "model.bin").read_bytes())
    whole = checkpoint(variables)
    assert whole["dims"] == {
        "n_mels": 80,
        "n_audio_ctx": 1500,
        "n_audio_state": 128,
        "n_audio_head": 4,
        "n_audio_layer": 4,
        "n_vocab": 51865,
        "n_text_ctx": 448,
        "n_text_state": 128,
        "n_text_head": 4,
        "n_text_layer": 2,
    }
    states = whole["model_state_dict"]
    floats = sum(array.size for array in variables.values() if array.dtype == np.float32)
    keys_without_bias = 4 + 2 * 2  # one attention a layer of the encoder, two of the decoder
    assert sum(array.size for array in states.values()) == floats - 128 * keys_without_bias
    assert states["encoder.blocks.3.attn.key.weight"].shape == (128, 128)
    assert states["decoder.blocks.1.cross_attn.value.bias"].shape == (128,)
    assert states["decoder.blocks.0.mlp.2.weight"].shape == (128, 512)
    assert "decoder.blocks.0.cross_attn.key.bias" not in states


def test_fused_projections_come_apart_in_their_order() -> None:
    variables = read_variables((MODEL / "model.bin").read_bytes())
    states = checkpoint(variables)["model_state_dict"]
    fused = [states[f"encoder.blocks.0.attn.{name}.weight"] for name in ("query", "key", "value")]
    whole = variables["encoder/layer_0/self_attention/linear_0/weight"]
    assert (np.concatenate(fused) == whole).all()


def test_alignment_heads_are_a_mask_as_openai_writes_it() -> None:
    heads = json.loads((MODEL / "config.json").read_text())["alignment_heads"]
    dump = alignment_heads({"n_text_layer": 2, "n_text_head": 4}, heads)
    mask = np.frombuffer(gzip.decompress(base64.b85decode(dump)), bool).reshape(2, 4)
    assert np.argwhere(mask).tolist() == [[1, 0], [1, 1]]


def test_another_version_of_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match="version 7"):
        read_variables(b"\x07\0\0\0")
