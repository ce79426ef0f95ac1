"""Audio that an earlier process made final: decoded again, but heard as silence."""

from vivavoz.audio.pcm import Pcm
from vivavoz.vad.frames import FRAME_SAMPLES


class Skip:
    """Silences the audio before a sample, block by block.

    Args:
        first_sample: where the audio begins on the session's timeline.
        to_sample: from here on everything is heard.
    """

    def __init__(self, first_sample: int, to_sample: int) -> None:
        self._sample = self._frame_start = first_sample
        self._to_sample = to_sample

    def apply(self, samples: Pcm, probabilities: list[float]) -> tuple[Pcm, list[float]]:
        """The block as it shall be heard. A frame that begins before the limit is wholly silent:
        what it holds of speech was part of what is final.

        Args:
            samples: the audio that follows what came before.
            probabilities: of the frames that it completes.
        """
        if self._frame_start >= self._to_sample:
            return samples, probabilities
        silent = max(self._to_sample - self._sample, 0)
        if silent:
            samples = samples.copy()
            samples[:silent] = 0
        self._sample += len(samples)
        frames = -(-(self._to_sample - self._frame_start) // FRAME_SAMPLES)
        silent_frames = min(frames, len(probabilities))
        self._frame_start += len(probabilities) * FRAME_SAMPLES
        return samples, [0.0] * silent_frames + probabilities[silent_frames:]
