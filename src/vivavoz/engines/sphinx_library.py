"""The C interface of PocketSphinx 5 (``pocketsphinx.h``), called through ctypes.

The Python classes of the ``pocketsphinx`` package hold Python's interpreter lock for as long as
they decode (nearly a second for 8 s of audio), which would stop every other session. The same
compiled module exports the C library, and ctypes lets other threads run while a C function works.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
import numpy.typing as npt

from vivavoz.errors import EngineNotInstalledError, ModelFailedError, RecognitionFailedError

_Prototypes = dict[str, tuple[Any, list[Any]]]
"""Result type and argument types of C functions, by name."""

_SLOW_FUNCTIONS: _Prototypes = {
    "ps_init": (ctypes.c_void_p, [ctypes.c_void_p]),
    "ps_start_stream": (ctypes.c_int, [ctypes.c_void_p]),
    "ps_start_utt": (ctypes.c_int, [ctypes.c_void_p]),
    "ps_process_raw": (
        ctypes.c_int,
        [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int],
    ),
    "ps_end_utt": (ctypes.c_int, [ctypes.c_void_p]),
    "ps_seg_iter": (ctypes.c_void_p, [ctypes.c_void_p]),
    "ps_free": (ctypes.c_int, [ctypes.c_void_p]),
}
_QUICK_FUNCTIONS: _Prototypes = {
    "err_set_loglevel_str": (ctypes.c_char_p, [ctypes.c_char_p]),
    "ps_config_init": (ctypes.c_void_p, [ctypes.c_void_p]),
    "ps_config_set_str": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]),
    "ps_config_free": (ctypes.c_int, [ctypes.c_void_p]),
    "ps_add_keyphrase": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]),
    "ps_activate_search": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
    "ps_get_cmn": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_int]),
    "ps_set_cmn": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
    "ps_get_logmath": (ctypes.c_void_p, [ctypes.c_void_p]),
    "logmath_exp": (ctypes.c_double, [ctypes.c_void_p, ctypes.c_int]),
    "ps_seg_next": (ctypes.c_void_p, [ctypes.c_void_p]),
    "ps_seg_word": (ctypes.c_char_p, [ctypes.c_void_p]),
    "ps_seg_frames": (None, [ctypes.c_void_p] * 3),
    "ps_seg_prob": (ctypes.c_int, [ctypes.c_void_p] * 4),
}

FRAME_SAMPLES = 160
"""Samples of one of the library's frames: a hundredth of a second."""

_PRIOR_MEAN = np.array([40.0, 3.0, -1.0] + [0.0] * 10)
"""The cepstral mean that the library expects of unknown speech (its parameter ``cmninit``)."""
_PRIOR_FRAMES = 100
"""How many frames the prior counts for beside the utterance's own."""
_LIBRARY_PRIOR_FRAMES = 500
"""How many frames the library makes it count for (``CMN_WIN``)."""
_CHANNEL_SEARCH = b"channel"


@dataclass(frozen=True, slots=True)
class SphinxSegment:
    """One entry of a decoder's result: a word, a silence or a noise.

    ``start_frame`` and ``end_frame`` are both inclusive.
    """

    word: str
    start_frame: int
    end_frame: int
    posterior: float


class SphinxDecoder:
    """One decoder of the C library. Used by one thread at a time; creating one takes half a second.

    Args:
        parameters: the library's own, by name, as text (``lm``, ``hmm``, ``beam``, ...).

    Raises:
        EngineNotInstalledError: the ``pocketsphinx`` package is missing or hides its C functions.
        ModelFailedError: the model cannot be read, or a parameter is wrong.
    """

    def __init__(self, parameters: dict[str, str]) -> None:
        self.has_failed = False
        """Whether a call has failed, which leaves the decoder in a state that nobody knows."""
        self._library = _library()
        config = self._library.ps_config_init(None)
        for name, value in parameters.items():
            self._library.ps_config_set_str(config, name.encode(), value.encode())
        self._decoder = self._library.ps_init(config)
        self._library.ps_config_free(config)
        if not self._decoder:
            raise ModelFailedError(
                "PocketSphinx could not load its English model: install the package anew with "
                "`pip install --force-reinstall pocketsphinx`."
            )
        self._free = finalize(self, self._library.ps_free, self._decoder)
        self._check(self._library.ps_add_keyphrase(self._decoder, _CHANNEL_SEARCH, b"oh"))

    def start_utterance(self) -> None:
        """Begin an utterance."""
        self._check(self._library.ps_start_utt(self._decoder))

    def process(self, samples: npt.NDArray[np.int16]) -> None:
        """Decode more audio. Blocks."""
        contiguous = np.ascontiguousarray(samples)
        self._check(
            self._library.ps_process_raw(
                self._decoder, contiguous.ctypes.data, len(contiguous), False, False
            )
        )

    def end_utterance(self) -> None:
        """End the utterance: the result becomes final. Blocks."""
        self._check(self._library.ps_end_utt(self._decoder))

    def segments(self) -> Iterator[SphinxSegment]:
        """The best result so far. Posteriors are 1 until the utterance has ended."""
        library = self._library
        logmath = library.ps_get_logmath(self._decoder)
        start, end = ctypes.c_int(), ctypes.c_int()
        segment = library.ps_seg_iter(self._decoder)
        while segment:
            library.ps_seg_frames(segment, ctypes.byref(start), ctypes.byref(end))
            log_posterior = library.ps_seg_prob(segment, None, None, None)
            yield SphinxSegment(
                word=library.ps_seg_word(segment).decode(),
                start_frame=start.value,
                end_frame=end.value,
                posterior=min(library.logmath_exp(logmath, log_posterior), 1.0),
            )
            segment = library.ps_seg_next(segment)

    def adapt_to_channel(self, samples: npt.NDArray[np.int16]) -> None:
        """Forget the channel before and measure this one's on the start of its utterance: the
        background noise and the cepstral mean, which stands for voice and microphone.

        Between utterances only. Cepstral mean normalisation is PocketSphinx's own; within an
        utterance it would begin to follow the speaker only after 8 s. A search for a lone key
        phrase drives the front end here, since it costs next to nothing.
        """
        self._check(self._library.ps_start_stream(self._decoder))
        self._set_cepstral_mean(_PRIOR_MEAN)
        self._check(self._library.ps_activate_search(self._decoder, _CHANNEL_SEARCH))
        self.start_utterance()
        self.process(samples)
        mean = self._cepstral_mean_so_far()
        self.end_utterance()
        self._check(self._library.ps_activate_search(self._decoder, None))
        frames = len(samples) // FRAME_SAMPLES
        observed = mean + (mean - _PRIOR_MEAN) * (_LIBRARY_PRIOR_FRAMES / max(frames, 1))
        weight = frames / (frames + _PRIOR_FRAMES)
        self._set_cepstral_mean(_PRIOR_MEAN + weight * (observed - _PRIOR_MEAN))

    def _cepstral_mean_so_far(self) -> npt.NDArray[np.float64]:
        """The prior counted for 500 frames and the audio since, averaged."""
        text: bytes = self._library.ps_get_cmn(self._decoder, True)
        return np.array([float(value) for value in text.split(b",")])

    def _set_cepstral_mean(self, mean: npt.NDArray[np.float64]) -> None:
        text = ",".join(f"{value:.4f}" for value in mean)
        self._check(self._library.ps_set_cmn(self._decoder, text.encode()))

    def close(self) -> None:
        """Free the decoder; safe to call twice."""
        self._free()

    def _check(self, status: int) -> None:
        if status < 0:
            self.has_failed = True
            raise RecognitionFailedError("PocketSphinx failed to decode a stretch of audio.")


@cache
def model_directory() -> Path:
    """Folder of the English model that the ``pocketsphinx`` package carries."""
    return _package_directory() / "model" / "en-us"


@cache
def _package_directory() -> Path:
    package = find_spec("pocketsphinx")
    if package is None or package.origin is None:
        raise EngineNotInstalledError(
            "The PocketSphinx engine is missing: install it with `pip install pocketsphinx`."
        )
    return Path(package.origin).parent


class _Library:
    """The C functions by name: slow ones let other threads run, quick ones do not."""

    def __init__(self, path: Path) -> None:
        for library, functions in (
            (ctypes.CDLL(str(path)), _SLOW_FUNCTIONS),
            (ctypes.PyDLL(str(path)), _QUICK_FUNCTIONS),
        ):
            for name, (result, arguments) in functions.items():
                function = library[name]
                function.restype, function.argtypes = result, arguments
                setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@cache
def _library() -> _Library:
    modules = sorted(_package_directory().glob("_pocketsphinx*"))
    try:
        library = _Library(modules[0])
    except (IndexError, OSError, AttributeError) as error:
        raise EngineNotInstalledError(
            "This build of pocketsphinx does not offer its C functions: install version 5.1 from "
            "its wheel for Linux or macOS, or choose `--engine whisper`."
        ) from error
    library.err_set_loglevel_str(b"FATAL")
    return library
