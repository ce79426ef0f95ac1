"""[pure] The frame, the unit in which voice activity is judged."""

SAMPLE_RATE_HZ = 16_000

FRAME_SAMPLES = 512
"""Samples of one frame (32 ms), the only length that the Silero model takes at 16 kHz."""


def samples_of(duration_ms: int) -> int:
    """How many samples last ``duration_ms``."""
    return duration_ms * SAMPLE_RATE_HZ // 1000
