"""Between Whisper's tokens and words."""

from collections.abc import Sequence
from itertools import accumulate
from statistics import fmean
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from vivavoz.recognition.engine import RecognitionOptions
from vivavoz.recognition.transcript import Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

PREPENDED_PUNCTUATION = "\"'“¿([{-"
APPENDED_PUNCTUATION = "\"'.。,，!！?？:：”)]}、"

_MAX_PROMPT_TOKENS = 111
"""Of the initial prompt and of the hotwords each: Whisper was trained with 223 in all."""


class TextCodec:
    """A model's tokenizers, one a language, and the prompts made with them. Thread-safe."""

    def __init__(self, model: "WhisperModel") -> None:
        self._model = model
        self._tokenizers: dict[str, Tokenizer] = {}
        self._suppressed: dict[str, list[int]] = {}
        self._lock = Lock()

    def tokenizer(self, language: str) -> "Tokenizer":
        """The tokenizer for a language that the model knows."""
        with self._lock:
            if language not in self._tokenizers:
                self._load(language)
            return self._tokenizers[language]

    def suppressed_tokens(self, language: str) -> list[int]:
        """Tokens that are never to be written: sound annotations, speaker tags, control tokens."""
        self.tokenizer(language)
        return self._suppressed[language]

    def _load(self, language: str) -> None:
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        tokenizer = Tokenizer(
            self._model.hf_tokenizer,
            self._model.model.is_multilingual,
            task="transcribe",
            language=language,
        )
        self._suppressed[language] = list(get_suppressed_tokens(tokenizer, [-1]))
        self._tokenizers[language] = tokenizer

    def initial_prompt(self, options: RecognitionOptions, tokenizer: "Tokenizer") -> list[int]:
        """The tokens of the session's initial prompt, the newest that fit."""
        text = (options.initial_prompt or "").strip()
        return list(tokenizer.encode(f" {text}"))[-_MAX_PROMPT_TOKENS:] if text else []

    def hotwords(self, options: RecognitionOptions, tokenizer: "Tokenizer") -> str | None:
        """The session's hotwords, as many as fit."""
        text = (options.hotwords or "").strip()
        if not text:
            return None
        return str(tokenizer.decode(tokenizer.encode(f" {text}")[:_MAX_PROMPT_TOKENS])).strip()

    def partial_prompt(self, options: RecognitionOptions, tokenizer: "Tokenizer") -> list[int]:
        """What precedes a partial's text: prompt and hotwords, control tokens, no timestamps."""
        prompt: list[int] = self._model.get_prompt(
            tokenizer,
            self.initial_prompt(options, tokenizer),
            without_timestamps=True,
            hotwords=self.hotwords(options, tokenizer),
        )
        return prompt


def words_of(timings: Sequence[dict[str, Any]]) -> tuple[Word, ...]:
    """Aligned words, with punctuation joined to the word it belongs to.

    Args:
        timings: what ``WhisperModel.find_alignment`` returns for one text; not changed.
    """
    from faster_whisper.transcribe import merge_punctuations

    merged = [dict(timing) for timing in timings]
    merge_punctuations(merged, PREPENDED_PUNCTUATION, APPENDED_PUNCTUATION)
    return tuple(
        Word(
            text=timing["word"],
            start_s=float(timing["start"]),
            end_s=float(timing["end"]),
            probability=min(max(float(timing["probability"]), 0.0), 1.0),
        )
        for timing in merged
        if timing["word"]
    )


def text_tokens(tokenizer: "Tokenizer", words: Sequence[Word]) -> list[int]:
    """The words as tokens."""
    return list(tokenizer.encode("".join(word.text for word in words))) if words else []


def token_probabilities(tokens: list[int], logits: Sequence[Any]) -> list[float]:
    """How probable a greedy decode found each of its tokens: what an alignment would give, for a
    hundredth of its price.

    Args:
        tokens: one text.
        logits: of each step, over all tokens; steps after the text's are passed over.
    """
    from ctranslate2 import DataType, Device

    probabilities = []
    for token, step in zip(tokens, logits, strict=False):
        values = np.asarray(step.to_device(Device.cpu).to(DataType.float32))
        relative = np.exp(values - values.max())
        probabilities.append(float(relative[token] / relative.sum()))
    return probabilities


def spread_evenly(
    tokenizer: "Tokenizer", tokens: list[int], probabilities: Sequence[float], duration_s: float
) -> list[dict[str, Any]]:
    """Words without alignment, in the form of ``find_alignment``: equal shares of the time.

    Args:
        tokenizer: wrote the tokens.
        tokens: one text.
        probabilities: one for each token.
        duration_s: the time to share out.
    """
    words, word_tokens = tokenizer.split_to_word_tokens(tokens)
    share_s = duration_s / max(len(words), 1)
    ends = list(accumulate(len(its_tokens) for its_tokens in word_tokens))
    return [
        {
            "word": word,
            "tokens": its_tokens,
            "start": index * share_s,
            "end": (index + 1) * share_s,
            "probability": fmean(probabilities[end - len(its_tokens) : end]),
        }
        for index, (word, its_tokens, end) in enumerate(zip(words, word_tokens, ends, strict=True))
    ]
