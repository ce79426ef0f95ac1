"""Audio of any rate, layout and sample format into 16 kHz mono float32."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.filter import Graph

from vivavoz.audio.pcm import EMPTY, SAMPLE_RATE_HZ, Pcm


class _Source(NamedTuple):
    """What frames have in common until their parameters change."""

    rate_hz: int
    layout: str
    sample_format: str


class MonoResampler:
    """Converts frames to PCM, through changes of their parameters.

    Frames are held until ``pull``, because converting many at once costs a fraction of converting
    each. The filter keeps about a millisecond of audio until more comes or ``flush`` is called.
    Timestamps are ignored: the timeline is the count of samples, so a gap in a stream's
    timestamps does not become silence and an overlap does not become a cut.
    """

    def __init__(self) -> None:
        self._filter: Graph | None = None
        self._source: _Source | None = None
        self._held: list[av.AudioFrame] = []
        self._source_samples = 0
        self._base_samples = 0
        self._converted: list[Pcm] = []
        self._converted_samples = 0
        self.out_samples = 0
        """Samples returned since the beginning."""

    @property
    def due_samples(self) -> int:
        """Samples that will have been returned when all audio pushed so far is out."""
        if self._source is None:
            return self._base_samples
        return self._base_samples - (-self._source_samples * SAMPLE_RATE_HZ // self._source.rate_hz)

    def push(self, frame: av.AudioFrame) -> None:
        """Take the next frame."""
        source = _Source(frame.sample_rate, frame.layout.name, frame.format.name)
        if source != self._source:
            self._end_source()
            self._source = source
        self._source_samples += frame.samples
        self._held.append(frame)

    def pull(self) -> Pcm:
        """The audio of the frames pushed since the last call, but for what the filter keeps."""
        self._convert_held()
        samples = np.concatenate(self._converted) if self._converted else EMPTY
        self._converted.clear()
        self.out_samples += len(samples)
        return samples

    def flush(self) -> Pcm:
        """As ``pull``, with all that is kept; what is pushed afterwards begins anew."""
        self._end_source()
        return self.pull()

    def _end_source(self) -> None:
        self._convert_held()
        if self._filter is not None:
            self._convert(self._filter, None)
        self._filter = self._source = None
        self._source_samples = 0
        self._base_samples = self._converted_samples

    def _convert_held(self) -> None:
        if self._held:
            frame = _joined(self._held)
            self._held.clear()
            self._filter = self._filter or _open(frame)
            self._convert(self._filter, frame)

    def _convert(self, graph: Graph, frame: av.AudioFrame | None) -> None:
        blocks = [_mean_of_channels(frame) for frame in _run(graph, frame)]
        if blocks:
            samples = np.concatenate(blocks)
            np.nan_to_num(samples, copy=False, posinf=1.0, neginf=-1.0)
            self._converted.append(np.clip(samples, -1.0, 1.0, out=samples))
            self._converted_samples += len(samples)


def _joined(frames: Sequence[av.AudioFrame]) -> av.AudioFrame:
    """One frame of several that have the same parameters."""
    first = frames[0]
    if len(frames) == 1:
        first.pts = None
        return first
    samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    frame = av.AudioFrame.from_ndarray(samples, first.format.name, first.layout.name)
    frame.sample_rate = first.sample_rate
    return frame


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
