"""The Silero voice activity model, with its state carried per session.

The network is Silero VAD v6 (https://github.com/snakers4/silero-vad, MIT licence) in the ONNX form
that the ``faster-whisper`` package ships. It takes a sequence of frames of 512 samples, each with
the 64 samples before it, and an LSTM state ``h``, ``c``; it returns a speech probability for each
frame and the state after the last. Keeping state and context between calls makes a stream cut
anywhere give the same probabilities as the whole recording at once.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vivavoz.errors import EngineNotInstalledError
from vivavoz.vad.frames import FRAME_SAMPLES

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["FRAME_SAMPLES", "SpeechDetector"]

_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)
_BATCH_FRAMES = 512
"""Frames of one run of the network: bounds its memory while an hour is caught up with."""

_loading = Lock()


class SpeechDetector:
    """The speech probability of each frame of one session's audio.

    Instances share one network and nothing else. Creating one is free; the network is loaded at the
    first frame. An instance must be used by one thread at a time.
    """

    def __init__(self) -> None:
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)
        self._pending = np.zeros(_CONTEXT_SAMPLES, np.float32)
        """The context of the next frame, then its samples so far."""

    def push(self, samples: npt.NDArray[np.float32]) -> list[float]:
        """The speech probability, 0..1, of each frame that ``samples`` complete.

        Args:
            samples: the session's next audio, shape ``(n,)``, any length, 16 kHz, in -1..1.

        Returns:
            One probability for each newly completed frame, in order; often none.

        Raises:
            EngineNotInstalledError: the package that ships the model is missing.
        """
        self._pending = np.concatenate((self._pending, samples))
        frames = (len(self._pending) - _CONTEXT_SAMPLES) // FRAME_SAMPLES
        probabilities: list[float] = []
        for first in range(0, frames, _BATCH_FRAMES):
            probabilities += self._judge(first, min(first + _BATCH_FRAMES, frames))
        self._pending = self._pending[frames * FRAME_SAMPLES :].copy()
        return probabilities

    def _judge(self, first: int, end: int) -> list[float]:
        windows = np.lib.stride_tricks.sliding_window_view(
            self._pending[: end * FRAME_SAMPLES + _CONTEXT_SAMPLES],
            FRAME_SAMPLES + _CONTEXT_SAMPLES,
        )[first * FRAME_SAMPLES :: FRAME_SAMPLES]
        probabilities, self._h, self._c = _network().run(
            None, {"input": np.ascontiguousarray(windows), "h": self._h, "c": self._c}
        )
        return [float(probability) for probability in np.ravel(probabilities)]


def _network() -> "InferenceSession":
    """The process's one network, which any number of threads may run at once."""
    with _loading:
        return _load_network()


@cache
def _load_network() -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        str(_model_path()), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _model_path() -> Path:
    """Where the model is, found without importing ``faster_whisper``, which takes seconds."""
    package = find_spec("faster_whisper")
    if package is None or package.origin is None:
        raise EngineNotInstalledError(
            "The voice activity model is missing: install it with `pip install faster-whisper`."
        )
    return Path(package.origin).parent / "assets" / "silero_vad_v6.onnx"
