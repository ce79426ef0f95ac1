"""How well a stream can be heard, as one number. [pure]

``audio_quality_score`` looks at the last 30 s in frames of 10 ms and is the product of four
factors, each 0..1, so that any of the four can spoil it and a score tells the worst:

- **level**: the loudness of the loudest parts (95th percentile of the frames' RMS level). 0 at
  -60 dBFS or less, 1 at -35 dBFS or more, linear in dB between.
- **clarity**: how far those parts stand out of the background (95th minus 10th percentile of the
  frames' levels, an estimate of the signal-to-noise ratio that needs no speech detector, because
  speech has gaps and the background has none). 0 at 3 dB or less, 1 at 20 dB or more.
- **clipping**: 1 without a sample at full scale (0.99 or more), 0 when 1% of them or more are.
- **dropouts**: 1 without a hole, 0 when 5% of the time or more is holes. A hole is up to 200 ms of
  digital silence, exact zeros, with sound on both sides: what lost packets leave behind.

So a muted microphone scores 0, and so does steady noise. The limits are those of common practice:
speech at conversational distance lies between -35 and -15 dBFS, and recognisers begin to err
below about 20 dB of signal-to-noise ratio.
"""

import numpy as np
import numpy.typing as npt

from vivavoz.audio.levels import FRAMES_PER_S, Levels

_WINDOW_FRAMES = 30 * FRAMES_PER_S
_SILENCE_DB = -100.0
_MAX_HOLE_FRAMES = 20


class QualityMeter:
    """The score of a stream as it goes. Taking levels costs next to nothing; a score costs about
    a tenth of a millisecond when it is asked for."""

    def __init__(self) -> None:
        self._power = np.zeros(0)
        self._clipped = np.zeros(0)

    def push(self, levels: Levels) -> None:
        """Take the stream's next frames."""
        self._power = np.concatenate((self._power, levels.power))[-_WINDOW_FRAMES:]
        self._clipped = np.concatenate((self._clipped, levels.clipped))[-_WINDOW_FRAMES:]

    @property
    def score(self) -> float:
        """The score, 0..1; 1 while less than a second was heard, for want of evidence."""
        if len(self._power) < FRAMES_PER_S:
            return 1.0
        silent = self._power == 0
        with np.errstate(divide="ignore"):
            levels_db = np.maximum(10 * np.log10(self._power), _SILENCE_DB)
        background_db, loud_db = np.percentile(levels_db, (10, 95))
        return (
            _ramp(loud_db, -60, -35)
            * _ramp(loud_db - background_db, 3, 20)
            * (1 - _ramp(self._clipped.mean(), 0, 0.01))
            * (1 - _ramp(_share_of_holes(silent), 0, 0.05))
        )


def _ramp(value: float, zero: float, one: float) -> float:
    return float(np.clip((value - zero) / (one - zero), 0, 1))


def _share_of_holes(silent: npt.NDArray[np.bool_]) -> float:
    """Share of frames that lie in short runs of digital silence with sound on both sides."""
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    if len(edges) < 2:
        return 0.0
    runs = np.diff(edges)
    first = 0 if not silent[0] else 1
    holes = runs[first::2]
    return float(holes[holes <= _MAX_HOLE_FRAMES].sum() / len(silent))
