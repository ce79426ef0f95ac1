"""One Whisper model at work: features, encoder windows, greedy partials, full finals."""

import math
import time
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vivavoz.engines.spectra import Spectra
from vivavoz.engines.whisper_text import (
    APPENDED_PUNCTUATION,
    PREPENDED_PUNCTUATION,
    TextCodec,
    spread_evenly,
    text_tokens,
    token_probabilities,
    words_of,
)
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, DecodeRequest, DecodeResult, Pcm
from vivavoz.recognition.features import FRAMES_PER_S, Features
from vivavoz.recognition.guards import (
    MAX_COMPRESSION_RATIO,
    MAX_NO_SPEECH_PROBABILITY,
    MIN_AVERAGE_LOG_PROBABILITY,
)
from vivavoz.recognition.transcript import Hypothesis, Word

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer
    from faster_whisper.transcribe import TranscriptionOptions

CONTEXT_FRAMES = 3000
"""The model's whole window: 30 s."""

_MAX_TEXT_TOKENS = 200
_MAX_TOKENS_PER_S = 10
_TOKEN_ALLOWANCE = 8
_MIN_SAMPLES = SAMPLE_RATE_HZ // 10
"""Less audio than this holds no word, and too few frames to align one to."""
_UNLOAD_TRIES = 100
_UNLOAD_PAUSE_S = 0.02
_TEMPERATURES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


class WhisperDecoder:
    """Decodes windows with one faster-whisper model. Thread-safe."""

    def __init__(self, model: "WhisperModel") -> None:
        self._model = model
        self._text = TextCodec(model)
        self._spectra = Spectra(model.feature_extractor.mel_filters)

    @property
    def is_multilingual(self) -> bool:
        """Whether the model knows more than English."""
        return bool(self._model.model.is_multilingual)

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that the model has a token for."""
        return frozenset(
            code
            for code in self._model.supported_languages
            if code == "en" or self._model.hf_tokenizer.token_to_id(f"<|{code}|>") is not None
        )

    def unload(self) -> None:
        """Free the model's memory; CTranslate2 refuses while a call is still winding up."""
        for _ in range(_UNLOAD_TRIES):
            self._model.model.unload_model()
            if not self._model.model.model_is_loaded:
                return
            time.sleep(_UNLOAD_PAUSE_S)

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        """The most probable language of the audio's first 30 s and its probability."""
        features = self._spectra.features(audio, None)
        return self._detect(self._encode([features], CONTEXT_FRAMES))

    # --- partials -------------------------------------------------------------------------------

    def decode_partials(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """Decode greedily; windows of the same language and prompt length in one batch."""
        groups: dict[object, list[int]] = {}
        results: dict[int, DecodeResult] = {}
        for index, request in enumerate(requests):
            if len(request.audio) < _MIN_SAMPLES:
                results[index] = _nothing(request)
            else:
                groups.setdefault(self._group(request, index), []).append(index)
        for indexes in groups.values():
            batch = [requests[index] for index in indexes]
            results.update(zip(indexes, self._decode_batch(batch), strict=True))
        return [results[index] for index in range(len(requests))]

    def _group(self, request: DecodeRequest, index: int) -> object:
        """Requests with equal groups may share a batch: CTranslate2 wants the start-of-transcript
        token at one position, and a language to be detected needs its own encoder output."""
        language = request.options.language
        if language is None and self.is_multilingual:
            return index
        tokenizer = self._text.tokenizer(language or "en")
        return language, len(self._text.partial_prompt(request.options, tokenizer))

    def _decode_batch(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        features = [self._spectra.features(request.audio, request.source) for request in requests]
        frames = max(map(_window_frames, requests, features))
        encoded = self._encode(features, frames)
        language = self._language(requests[0], encoded)
        tokenizer = self._text.tokenizer(language[0])
        forced = [text_tokens(tokenizer, request.prefix) for request in requests]
        limit = max(
            len(tokens) + _token_limit(request)
            for tokens, request in zip(forced, requests, strict=True)
        )
        align = any(request.word_times for request in requests)
        generated = self._model.model.generate(
            encoded,
            [
                self._text.partial_prompt(request.options, tokenizer) + tokens
                for request, tokens in zip(requests, forced, strict=True)
            ],
            beam_size=requests[0].beam_size,
            max_length=2 * limit,  # counts double: half of it are text tokens, forced ones included
            return_scores=True,
            return_logits_vocab=not align,
            return_no_speech_prob=True,
            suppress_tokens=self._text.suppressed_tokens(language[0]),
        )
        texts = [
            [token for token in one.sequences_ids[0] if token < tokenizer.eot] for one in generated
        ]
        if align:
            content = [min(one.shape[1], frames) for one in features]
            words = self._aligned(tokenizer, texts, encoded, content)
        else:
            words = [
                _unaligned(tokenizer, text, one, request.duration_s)
                for text, one, request in zip(texts, generated, requests, strict=True)
            ]
        return [
            DecodeResult(
                hypothesis=Hypothesis(words[index], *language),
                no_speech_probability=one.no_speech_prob,
                average_log_probability=_average_log_probability(one),
                compression_ratio=_compression_ratio(tokenizer.decode(texts[index])),
                truncated=len(one.sequences_ids[0]) >= limit,
                encoded_s=frames / FRAMES_PER_S,
                decoded_tokens=max(len(texts[index]) - len(forced[index]), 0),
            )
            for index, one in enumerate(generated)
        ]

    def _aligned(
        self,
        tokenizer: "Tokenizer",
        texts: list[list[int]],
        encoded: "StorageView",
        content_frames: list[int],
    ) -> list[tuple[Word, ...]]:
        """The words of each text at their place in the audio."""
        if not any(texts):
            return [() for _ in texts]
        frames: int | list[int] = content_frames if len(texts) > 1 else content_frames[0]
        alignments = self._model.find_alignment(tokenizer, texts, encoded, frames)
        return [words_of(timings) for timings in alignments]

    # --- finals ---------------------------------------------------------------------------------

    def decode_final(self, request: DecodeRequest) -> DecodeResult:
        """Decode as faster-whisper's ``transcribe`` does."""
        if len(request.audio) < _MIN_SAMPLES:
            return _nothing(request)
        features = self._spectra.features(request.audio, request.source)
        frames = _window_frames(request, features)
        encoded = self._encode([features], frames)
        language = self._language(request, encoded)
        tokenizer = self._text.tokenizer(language[0])
        # ``generate_segments`` counts one frame more than it reads.
        whole = np.pad(features, ((0, 0), (0, 1)))
        segments = list(
            self._model.generate_segments(
                whole, tokenizer, self._final_options(request, tokenizer), False, encoded
            )
        )
        words = tuple(
            Word(word.word, float(word.start), float(word.end), _unit(word.probability))
            for segment in segments
            for word in segment.words or ()
        )
        return DecodeResult(
            hypothesis=Hypothesis(words, *language),
            # Segments without speech are left out already; one with speech speaks for the rest.
            no_speech_probability=min((one.no_speech_prob for one in segments), default=1.0),
            average_log_probability=min((one.avg_logprob for one in segments), default=0.0),
            compression_ratio=max((one.compression_ratio for one in segments), default=0.0),
            encoded_s=frames / FRAMES_PER_S,
            decoded_tokens=sum(len(one.tokens) for one in segments),
        )

    def _final_options(
        self, request: DecodeRequest, tokenizer: "Tokenizer"
    ) -> "TranscriptionOptions":
        from faster_whisper.transcribe import TranscriptionOptions

        return TranscriptionOptions(
            beam_size=request.beam_size,
            best_of=5,
            patience=1,
            length_penalty=1,
            repetition_penalty=1,
            no_repeat_ngram_size=0,
            log_prob_threshold=MIN_AVERAGE_LOG_PROBABILITY,
            no_speech_threshold=MAX_NO_SPEECH_PROBABILITY,
            compression_ratio_threshold=MAX_COMPRESSION_RATIO,
            condition_on_previous_text=False,
            prompt_reset_on_temperature=0.5,
            temperatures=_TEMPERATURES,
            initial_prompt=self._text.initial_prompt(request.options, tokenizer) or None,
            prefix=None,
            suppress_blank=True,
            suppress_tokens=self._text.suppressed_tokens(tokenizer.language_code),
            without_timestamps=False,
            max_initial_timestamp=1.0,
            word_timestamps=True,
            prepend_punctuations=PREPENDED_PUNCTUATION,
            append_punctuations=APPENDED_PUNCTUATION,
            multilingual=False,
            max_new_tokens=None,
            clip_timestamps="0",
            hallucination_silence_threshold=None,
            hotwords=self._text.hotwords(request.options, tokenizer),
        )

    # --- encoder --------------------------------------------------------------------------------

    def _encode(self, features: Sequence[Features], frames: int) -> "StorageView":
        """Encode windows of ``frames`` frames, padded with zeros as faster-whisper does."""
        windows = np.zeros((len(features), len(features[0]), frames), np.float32)
        for window, one in zip(windows, features, strict=True):
            window[:, : one.shape[1]] = one[:, :frames]
        return self._model.encode(windows)

    def _language(self, request: DecodeRequest, encoded: "StorageView") -> tuple[str, float]:
        if request.options.language is not None:
            return request.options.language, 1.0
        return self._detect(encoded) if self.is_multilingual else ("en", 1.0)

    def _detect(self, encoded: "StorageView") -> tuple[str, float]:
        token, probability = self._model.model.detect_language(encoded)[0][0]
        return token.strip("<|>"), _unit(probability)


def _nothing(request: DecodeRequest) -> DecodeResult:
    return DecodeResult(Hypothesis((), request.options.language or "", 0.0))


def _window_frames(request: DecodeRequest, features: Features) -> int:
    """Encoder frames of a request: an even number, at most the model's context."""
    if request.full_context:
        return CONTEXT_FRAMES
    wanted: float = max(features.shape[1] / FRAMES_PER_S + request.margin_s, request.floor_s)
    return min(2 * math.ceil(wanted * FRAMES_PER_S / 2), CONTEXT_FRAMES)


def _token_limit(request: DecodeRequest) -> int:
    """How many new tokens the audio after the prefix can hold."""
    if request.max_new_tokens is not None:
        return request.max_new_tokens
    known_s = request.prefix[-1].end_s if request.prefix else 0.0
    new_s = max(request.duration_s - known_s, 0.0)
    return min(_TOKEN_ALLOWANCE + math.ceil(_MAX_TOKENS_PER_S * new_s), _MAX_TEXT_TOKENS)


def _unaligned(
    tokenizer: "Tokenizer", text: list[int], generated: Any, duration_s: float
) -> tuple[Word, ...]:
    probabilities = token_probabilities(text, generated.logits[0])
    return words_of(spread_evenly(tokenizer, text, probabilities, duration_s))


def _average_log_probability(generated: Any) -> float:
    length = len(generated.sequences_ids[0])
    return float(generated.scores[0]) * length / (length + 1)


def _compression_ratio(text: str) -> float:
    data = text.strip().encode()
    return len(data) / len(zlib.compress(data))


def _unit(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)
