"""Recordings in every format, made when a test asks for them, and those of a real browser."""

import json
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from vivavoz.audio.pcm import SAMPLE_RATE_HZ, Pcm

RECORDINGS_FOLDER = Path(__file__).parents[2] / "fixtures" / "media_recorder"

_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "250000"}


@dataclass(frozen=True)
class Spec:
    """How to make one recording: what it is announced as, and what goes to the encoder."""

    mime_type: str
    muxer: str
    codec: str
    rate_hz: int
    channels: int
    options: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.5


SPECS = {
    "webm-opus": Spec("audio/webm;codecs=opus", "webm", "libopus", 48_000, 1, {"live": "1"}),
    "webm-opus-24k-stereo": Spec("audio/webm", "webm", "libopus", 24_000, 2),
    "webm-pcm": Spec("audio/webm;codecs=pcm", "matroska", "pcm_f32le", 44_100, 1),
    "webm-pcm-8k-stereo": Spec("audio/webm;codecs=pcm", "matroska", "pcm_s16le", 8_000, 2),
    "ogg-opus": Spec(
        "audio/ogg;codecs=opus", "ogg", "libopus", 48_000, 2, {"page_duration": "200000"}
    ),
    "mp4-aac": Spec("audio/mp4", "mp4", "aac", 44_100, 2, _FRAGMENTED),
    "mp4-aac-48k": Spec("audio/mp4;codecs=mp4a.40.2", "mp4", "aac", 48_000, 1, _FRAGMENTED),
    "mp4-opus": Spec("audio/mp4;codecs=opus", "mp4", "libopus", 48_000, 1, _FRAGMENTED),
    "wav": Spec("audio/wav", "wav", "pcm_s16le", 22_050, 2),
    "wav-16k": Spec("audio/x-wav", "wav", "pcm_s16le", 16_000, 1),
    "wav-u8": Spec("audio/wav", "wav", "pcm_u8", 8_000, 1),
    "wav-s24-6": Spec("audio/wav", "wav", "pcm_s24le", 96_000, 6),
    "wav-f32-3": Spec("audio/wave", "wav", "pcm_f32le", 11_025, 3),
    "wav-mulaw": Spec("audio/wav", "wav", "pcm_mulaw", 8_000, 1),
    "mp3": Spec("audio/mpeg", "mp3", "libmp3lame", 44_100, 2),
    "aac": Spec("audio/aac", "adts", "aac", 32_000, 1),
    "aac-48k-stereo": Spec("audio/aac", "adts", "aac", 48_000, 2),
    "flac": Spec("audio/flac", "flac", "flac", 96_000, 2),
    "pcm": Spec("audio/pcm;rate=16000;channels=1", "s16le", "pcm_s16le", 16_000, 1),
    "pcm-44k-stereo": Spec("audio/pcm;rate=44100;channels=2", "s16le", "pcm_s16le", 44_100, 2),
    "l16": Spec("audio/l16;rate=8000;channels=5", "s16be", "pcm_s16be", 8_000, 5),
}


# Not a stream: its index comes last.
FILE_SPECS = {"m4a": Spec("audio/mp4", "mp4", "aac", 44_100, 1)}


CHIRP_AMPLITUDE = 0.4


def chirp(rate_hz: int, seconds: float) -> npt.NDArray[np.float32]:
    """A tone that rises from 200 to 1700 Hz: every moment of it sounds different."""
    time_s = np.arange(int(rate_hz * seconds)) / rate_hz
    phase = 2 * np.pi * (200 * time_s + 750 * time_s**2 / seconds)
    return (CHIRP_AMPLITUDE * np.sin(phase)).astype(np.float32)


def encode(spec: Spec) -> bytes:
    """A chirp, the same in all channels, as a recording."""
    layout = av.AudioLayout({1: "mono", 2: "stereo", 3: "2.1", 5: "5.0", 6: "5.1"}[spec.channels])
    signal = chirp(spec.rate_hz, spec.seconds)
    file = BytesIO()
    with av.open(file, "w", format=spec.muxer, options=spec.options) as container:
        stream = container.add_stream(spec.codec, rate=spec.rate_hz, layout=layout.name)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(stream.format, layout, spec.rate_hz)
        channels = np.repeat(signal[np.newaxis], spec.channels, axis=0)
        for start in range(0, len(signal), spec.rate_hz // 50):
            block = np.ascontiguousarray(channels[:, start : start + spec.rate_hz // 50])
            frame = av.AudioFrame.from_ndarray(block, "fltp", layout.name)
            frame.sample_rate = spec.rate_hz
            for converted in resampler.resample(frame):
                container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return file.getvalue()


@dataclass(frozen=True)
class Recording:
    """A recorded chirp."""

    spec: Spec
    data: bytes

    @property
    def mime_type(self) -> str:
        """What it is announced as."""
        return self.spec.mime_type

    def likeness(self, samples: Pcm) -> float:
        """Correlation of decoded samples with the chirp, 1 at best, wherever within 100 ms a
        codec's delay has put it; 0 when more than that is missing or too much."""
        wanted = chirp(SAMPLE_RATE_HZ, self.spec.seconds)
        most_delay = SAMPLE_RATE_HZ // 10
        if abs(len(samples) - len(wanted)) > most_delay:
            return 0.0
        padded = np.zeros(len(wanted) + most_delay, np.float32)
        padded[: min(len(samples), len(padded))] = samples[: len(padded)]
        heard = np.correlate(padded, wanted, "valid")
        return float(heard.max() / (np.linalg.norm(padded) * np.linalg.norm(wanted)))


@dataclass(frozen=True)
class BrowserRecording:
    """What Chromium's MediaRecorder gave, chunk by chunk."""

    mime_type: str
    chunks: list[bytes]


@cache
def recording(name: str) -> Recording:
    """The recording of that name in ``SPECS`` or ``FILE_SPECS``."""
    spec = (SPECS | FILE_SPECS)[name]
    return Recording(spec, encode(spec))


@cache
def browser_recording(name: str) -> BrowserRecording:
    """The recording of that file name."""
    facts = json.loads((RECORDINGS_FOLDER / "recordings.json").read_text())[name]
    data = (RECORDINGS_FOLDER / name).read_bytes()
    edges = pairwise([0, *facts["chunk_ends"]])
    return BrowserRecording(facts["mime_type"], [data[start:end] for start, end in edges])
