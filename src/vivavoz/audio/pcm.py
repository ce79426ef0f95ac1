"""What audio is inside Vivavoz: 16 kHz mono float32 in -1..1, counted in samples."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16_000

Pcm = npt.NDArray[np.float32]
"""Mono PCM at 16 kHz, shape ``(samples,)``, in -1..1."""

EMPTY: Pcm = np.zeros(0, np.float32)
EMPTY.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class DecodedAudio:
    """The next stretch of a stream's audio.

    ``complete_sequence_number`` is the newest chunk all of whose audio is in this or earlier
    blocks; one less than the first chunk's number while none is. ``samples`` may be empty when
    only that number moved.
    """

    samples: Pcm
    complete_sequence_number: int
