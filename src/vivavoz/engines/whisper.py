"""Whisper through faster-whisper and CTranslate2, as a window engine.

Partials call the model directly: a window cut to the audio, greedy, with the agreed words forced.
Finals go through faster-whisper's own ``generate_segments`` (timestamps, beam search, temperature
fallback, word alignment, continuing where a window was left), so that with full context they are
what its ``transcribe`` gives for the same audio.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vivavoz.engines.whisper_decoder import WhisperDecoder
from vivavoz.errors import LanguageNotSupportedError
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeRequest,
    DecodeResult,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_CUDA_BATCH_SIZE = 8


class WhisperEngine:
    """A ``WindowEngine`` over one faster-whisper model, or two. Thread-safe.

    Args:
        model: decodes finals, and partials unless there is a second model.
        name: the model's name as a person chose it.
        device: ``cpu`` or ``cuda``.
        partial_model: decodes partials, when given.
    """

    def __init__(
        self,
        model: "WhisperModel",
        *,
        name: str,
        device: str,
        partial_model: "WhisperModel | None" = None,
    ) -> None:
        self._finals = WhisperDecoder(model)
        self._partials = WhisperDecoder(partial_model) if partial_model else self._finals
        self._capabilities = EngineCapabilities(
            name="whisper",
            model=name,
            device=device,
            languages=self._finals.languages & self._partials.languages,
            detects_language=self._finals.is_multilingual and self._partials.is_multilingual,
            takes_prompts=True,
            batch_size=_CUDA_BATCH_SIZE if device == "cuda" else 1,
        )

    @property
    def capabilities(self) -> EngineCapabilities:
        """The engine's facts."""
        return self._capabilities

    def warm_up(self) -> None:
        """Decode a second of silence as a partial and as a final."""
        silence = np.zeros(SAMPLE_RATE_HZ, np.float32)
        options = RecognitionOptions(language=min(self._capabilities.languages))
        self.decode([DecodeRequest("partial", silence, options)])
        self.decode([DecodeRequest("final", silence, options)])

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """Decode windows, in order. Blocks.

        Raises:
            LanguageNotSupportedError: a request names a language that the model does not know.
        """
        for request in requests:
            self._check_language(request.options.language)
        if all(request.purpose == "partial" for request in requests):
            return self._partials.decode_partials(requests)
        return [
            self._finals.decode_final(request)
            if request.purpose == "final"
            else self._partials.decode_partials([request])[0]
            for request in requests
        ]

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        """The most probable language of the audio's first 30 s and its probability. Blocks."""
        return self._finals.detect_language(audio)

    def close(self) -> None:
        """Free the models' memory."""
        self._finals.unload()
        self._partials.unload()

    def _check_language(self, language: str | None) -> None:
        if language is None or language in self._capabilities.languages:
            return
        known = sorted(self._capabilities.languages)
        remedy = (
            "choose a multilingual model with --model, such as base, or ask for English."
            if known == ["en"]
            else "ask for one of its languages, or for none to have it detected."
        )
        raise LanguageNotSupportedError(
            f"The model {self._capabilities.model} does not know the language {language!r}: "
            f"{remedy}",
            language=language,
            languages=known,
        )
