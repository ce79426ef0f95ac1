"""Audio of any rate, layout and sample format into 16 kHz mono float32."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from vivavoz.audio.pcm import EMPTY, SAMPLE_RATE_HZ, Pcm


class MonoResampler:
    """Converts frames to PCM, through changes of their parameters.

    The filter keeps about a millisecond of audio until more comes or ``flush`` is called.
    Timestamps are ignored: the timeline is the count of samples, so a gap in a stream's
    timestamps does not become silence and an overlap does not become a cut.
    """

    def __init__(self) -> None:
        self._filter: Graph | None = None
        self._source: tuple[int, str, str] | None = None
        self._source_samples = 0
        self._base_samples = 0
        self._out_samples = 0

    @property
    def out_samples(self) -> int:
        """Samples returned since the beginning."""
        return self._out_samples

    @property
    def due_samples(self) -> int:
        """Samples that will have been returned when all audio pushed so far is out."""
        if self._source is None:
            return self._base_samples
        rate_hz = self._source[0]
        return self._base_samples - (-self._source_samples * SAMPLE_RATE_HZ // rate_hz)

    def push_all(self, frames: Sequence[av.AudioFrame]) -> Pcm:
        """Convert frames, in order."""
        blocks = [self.push(frame) for frame in frames]
        return np.concatenate(blocks) if blocks else EMPTY

    def push(self, frame: av.AudioFrame) -> Pcm:
        """Convert one frame; may return fewer samples than the frame lasts, or more."""
        source = (frame.sample_rate, frame.layout.name, frame.format.name)
        before = EMPTY
        if self._filter is None or source != self._source:
            before = self.flush()
            self._filter = _open(frame)
            self._source = source
            self._source_samples = 0
        self._source_samples += frame.samples
        frame.pts = None
        samples = self._pcm(_run(self._filter, frame))
        return np.concatenate((before, samples)) if len(before) else samples

    def flush(self) -> Pcm:
        """The audio still held; what is pushed afterwards begins anew."""
        if self._filter is None:
            return EMPTY
        samples = self._pcm(_run(self._filter, None))
        self._filter = self._source = None
        self._base_samples = self._out_samples
        return samples

    def _pcm(self, frames: Sequence[av.AudioFrame]) -> Pcm:
        blocks = [_mean_of_channels(frame) for frame in frames]
        if not blocks:
            return EMPTY
        samples = np.concatenate(blocks)
        np.nan_to_num(samples, copy=False, posinf=1.0, neginf=-1.0)
        self._out_samples += len(samples)
        return np.clip(samples, -1.0, 1.0, out=samples)


def _open(frame: av.AudioFrame) -> Graph:
    """A filter for frames like this one; what ``av.AudioResampler`` makes has a thread for each
    processor."""
    graph = Graph()
    graph.threads = 1
    layout = frame.layout.name
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format,
        layout=layout,
        time_base=Fraction(1, frame.sample_rate),
    )
    # Without rematrix_maxval two channels of 0.8 become one of 1.13.
    resampler = graph.add("aresample", rematrix_maxval="1.0")
    # FFmpeg can weigh the channels of a named layout; those of a mere count it cannot.
    target = graph.add(
        "aformat",
        sample_rates=str(SAMPLE_RATE_HZ),
        sample_fmts="flt",
        channel_layouts=layout if layout.endswith("channels") else "mono",
    )
    graph.link_nodes(source, resampler, target, graph.add("abuffersink")).configure()
    return graph


def _run(graph: Graph, frame: av.AudioFrame | None) -> list[av.AudioFrame]:
    """What comes out when the frame goes in, or when there are no more."""
    graph.push(frame)
    frames = []
    with suppress(EOFError, BlockingIOError):
        while isinstance(out := graph.pull(), av.AudioFrame):
            frames.append(out)
    return frames


def _mean_of_channels(frame: av.AudioFrame) -> Pcm:
    interleaved = frame.to_ndarray().reshape(frame.samples, frame.layout.nb_channels)
    with np.errstate(over="ignore", invalid="ignore"):  # broken audio holds any number
        return np.asarray(interleaved.mean(axis=1), np.float32)
