"""Whisper's log-mel spectrogram, computed frame by frame as audio grows.

The same numbers as faster-whisper's ``FeatureExtractor`` gives for the whole audio at once
(a test holds them together): 25 ms Hann windows every 10 ms, a Slaney mel filter bank, log10 with a
floor 8 below the loudest frame, scaled to about -1..1.
"""

import numpy as np
import numpy.typing as npt

from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm

HOP_SAMPLES = 160
FRAMES_PER_S = SAMPLE_RATE_HZ // HOP_SAMPLES

_FFT_SAMPLES = 400
_HALF = _FFT_SAMPLES // 2
_WINDOW = np.hanning(_FFT_SAMPLES + 1)[:-1].astype(np.float32)
_FLOOR_BELOW_PEAK = 8.0

Features = npt.NDArray[np.float32]
"""Log-mel frames, shape ``(mels, frames)``."""


class IncrementalLogMel:
    """The spectrogram of one growing stretch of audio; each frame is computed once.

    Only the last two frames, which reach past the end of the audio, are computed anew each time.

    Args:
        filters: mel filter bank, shape ``(mels, 201)``.
    """

    def __init__(self, filters: Features) -> None:
        self._filters = np.ascontiguousarray(filters, dtype=np.float32)
        self._frames = np.empty((256, len(filters)), dtype=np.float32)
        self._count = 0

    def features(self, audio: Pcm) -> Features:
        """The spectrogram of ``audio``, shape ``(mels, len(audio) // 160)``.

        ``audio`` begins as the audio of earlier calls did; it may be longer or shorter.
        """
        total = len(audio) // HOP_SAMPLES
        if total == 0:
            return np.empty((len(self._filters), 0), dtype=np.float32)
        whole = max((len(audio) - _HALF) // HOP_SAMPLES + 1, 0)
        if whole > self._count:
            self._reserve(whole)
            first = self._count
            self._frames[first:whole] = self._log_mel(_padded(audio, first, whole), whole - first)
            self._count = whole
        known = min(whole, self._count, total)
        log_mel = np.empty((total, len(self._filters)), dtype=np.float32)
        log_mel[:known] = self._frames[:known]
        # The offline extractor's peak counts one frame beyond those that it hands to the model.
        tail = self._log_mel(_padded(audio, known, total + 1), total + 1 - known)
        log_mel[known:] = tail[:-1]
        peak = max(log_mel.max(), tail.max())
        np.maximum(log_mel, peak - _FLOOR_BELOW_PEAK, out=log_mel)
        log_mel += 4.0
        log_mel /= 4.0
        return np.ascontiguousarray(log_mel.T)

    def _reserve(self, frames: int) -> None:
        if frames > len(self._frames):
            grown = np.empty((max(frames, 2 * len(self._frames)), len(self._filters)), np.float32)
            grown[: self._count] = self._frames[: self._count]
            self._frames = grown

    def _log_mel(self, padded: Pcm, count: int) -> Features:
        windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SAMPLES)[::HOP_SAMPLES]
        spectrum = np.fft.rfft(windows[:count] * _WINDOW, axis=-1)
        power = spectrum.real**2 + spectrum.imag**2
        # einsum, not @: BLAS would wake its threads for a product this small
        mel = np.einsum("tb,mb->tm", power.astype(np.float32, copy=False), self._filters)
        result: Features = np.log10(np.maximum(mel, np.float32(1e-10)))
        return result


def _padded(audio: Pcm, first: int, stop: int) -> Pcm:
    """The samples under frames ``first`` to ``stop``, as offline: 160 zeros after the audio, then
    200 mirrored samples at both ends."""
    begin = first * HOP_SAMPLES - _HALF
    end = (stop - 1) * HOP_SAMPLES + _HALF
    length = len(audio) + HOP_SAMPLES
    index = np.abs(np.arange(begin, end))
    index = np.where(index >= length, 2 * (length - 1) - index, index)
    samples = np.zeros(len(index), dtype=np.float32)
    inside = index < len(audio)
    samples[inside] = audio[index[inside]]
    return samples
