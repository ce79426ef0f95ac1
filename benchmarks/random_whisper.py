"""Write a random-weight Whisper of a published shape, as a CTranslate2 directory, to measure cost.

Needs torch, transformers and ctranslate2, in an environment of its own.

    python benchmarks/random_whisper.py base TOKENIZER_JSON DIR
"""

import argparse
import json
from pathlib import Path

SHAPES = {"tiny": (384, 4, 6), "base": (512, 6, 8), "small": (768, 12, 12)}
"""Width, layers and heads of the published models."""

_END_OF_TEXT = 50257


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


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write a random-weight Whisper.")
    parser.add_argument("size", choices=SHAPES)
    parser.add_argument("tokenizer_json", type=Path)
    parser.add_argument("out_dir", type=Path)
    given = parser.parse_args()
    write_model(given.size, given.tokenizer_json, given.out_dir)


if __name__ == "__main__":
    main()
