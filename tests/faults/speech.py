"""What is spoken while things go wrong: fixture speech as chunks, raw or in a container."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np

from tests.live.engines import silence
from tests.live.speech import chunks_of, pcm_of

SAMPLES = Path(__file__).parents[1] / "fixtures" / "fixture-model" / "samples"
CHUNK_S = 0.25
_OPUS_RATE_HZ = 48_000
_OPUS_BIT_RATE = 32_000


@dataclass(frozen=True)
class Speech:
    """A recording of so many seconds, in chunks of about a quarter of a second."""

    mime_type: str
    chunks: tuple[bytes, ...]
    seconds: float

    @property
    def chunk_s(self) -> float:
        """What a chunk lasts, on the average."""
        return self.seconds / len(self.chunks)


@cache
def raw_speech(*names: str) -> Speech:
    """These recordings with a pause after each, as raw PCM."""
    audio = _pcm(names)
    return Speech("audio/pcm;rate=16000;channels=1", tuple(chunks_of(audio)), len(audio) / 32_000)


@cache
def opus_speech(*names: str) -> Speech:
    """These recordings with a pause after each, as WebM/Opus whose chunks end anywhere."""
    audio = np.frombuffer(_pcm(names), np.int16)[np.newaxis]
    file = BytesIO()
    with av.open(file, "w", format="webm", options={"live": "1"}) as container:
        stream = container.add_stream("libopus", rate=_OPUS_RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = _OPUS_BIT_RATE
        frame = av.AudioFrame.from_ndarray(audio, format="s16", layout="mono")
        frame.sample_rate = 16_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    seconds = audio.size / 16_000
    data = file.getvalue()
    chunks = chunks_of(data, round(len(data) * CHUNK_S / seconds))
    return Speech("audio/webm;codecs=opus", tuple(chunks), seconds)


def _pcm(names: tuple[str, ...]) -> bytes:
    return b"".join(pcm_of(SAMPLES / f"{name}.wav") + silence(0.8) for name in names)
