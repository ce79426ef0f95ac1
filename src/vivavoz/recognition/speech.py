"""One session's speech as segments: what the segmenter hears, and where long speech is parted."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vivavoz.audio.buffer import PcmBuffer
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm
from vivavoz.recognition.joint import best_joint, quietest_sample
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.segment import Segment
from vivavoz.vad.segmenter import (
    Segmenter,
    SegmentEvent,
    SilenceBegan,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
)

_URGENT_S = 2.0
"""How long before its limit a window is parted at whatever boundary is best."""
_BLIND_SEARCH_SAMPLES = 2 * SAMPLE_RATE_HZ
_OVERDUE_S = 4.0
"""How far past its limit a window may grow before it is parted without agreed words."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The segment is probably over: if it is, its audio ends at ``end_sample``."""

    segment: Segment
    end_sample: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The segment was not over."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Closed:
    """The segment is over: its ``end_sample`` is set."""

    segment: Segment


Change = Paused | Resumed | Closed


class Speech:
    """The session's audio and the segments in it that are not decided yet, in order.

    An utterance is one segment, unless it is long: then a short pause ends a segment, and where
    there is none it is parted between agreed words, or, when none come, at the quietest point.
    """

    def __init__(self, settings: RecognizerSettings) -> None:
        plan, rules = settings.plan, settings.rules
        self._segmenter = Segmenter(rules)
        self._pre_roll = rules.pre_roll_ms * SAMPLE_RATE_HZ // 1000
        self._pause_cut = round(plan.pause_cut_s * SAMPLE_RATE_HZ)
        self._joint_from = round((settings.max_utterance_s - plan.joint_search_s) * SAMPLE_RATE_HZ)
        self._urgent_from = round((settings.max_utterance_s - _URGENT_S) * SAMPLE_RATE_HZ)
        self._overdue = round((settings.max_utterance_s + _OVERDUE_S) * SAMPLE_RATE_HZ)
        self._buffer = PcmBuffer()
        self._free_from = 0
        """End of the last segment that was closed: the next starts no earlier."""
        self.segments: deque[Segment] = deque()

    @property
    def growing(self) -> Segment | None:
        """The segment that still takes audio."""
        last = self.segments[-1] if self.segments else None
        return last if last is not None and last.end_sample is None else None

    @property
    def end_sample(self) -> int:
        """End of all audio so far."""
        return self._buffer.end_index

    @property
    def settled_sample(self) -> int:
        """Everything before this sample is decided or silence."""
        if self.segments:
            return self.segments[0].start_sample
        return max(self._segmenter.settled_sample, self._free_from)

    @property
    def is_settled(self) -> bool:
        """Whether no segment is undecided and no utterance open."""
        return not self.segments and not self._segmenter.is_speaking

    def audio(self, start_sample: int, end_sample: int) -> Pcm:
        """A copy of the audio between two samples that are not settled."""
        return self._buffer.slice(start_sample, end_sample)

    def push(self, samples: Pcm, probabilities: Sequence[float]) -> list[Change]:
        """Take more audio and say what it changes."""
        self._buffer.append(samples)
        changes = [
            change
            for probability in probabilities
            for event in self._segmenter.push(probability)
            for change in self._on(event)
        ]
        changes += self._part_if_overdue()
        self._buffer.drop_before(self.settled_sample)
        return changes

    def flush(self) -> list[Change]:
        """End an open utterance now."""
        return [change for event in self._segmenter.flush() for change in self._on(event)]

    def may_part(self, segment: Segment, end_sample: int) -> bool:
        """Whether a segment heard up to there is long enough to be parted between words."""
        return end_sample - segment.start_sample >= self._joint_from

    def part_if_long(self, segment: Segment) -> list[Change]:
        """Part the growing segment between two agreed words, once it is long."""
        if not self.may_part(segment, segment.heard_sample):
            return []
        length = segment.heard_sample - segment.start_sample
        audio = self.audio(segment.start_sample, segment.heard_sample)
        joint = best_joint(
            segment.agreement.stable_words,
            segment.start_s,
            audio,
            earliest_s=segment.start_s + length / SAMPLE_RATE_HZ / 3,
            is_urgent=length >= self._urgent_from,
        )
        if joint is None:
            return []
        return [self._part(segment, joint.count, segment.start_sample + joint.sample)]

    def shorten_window(self, segment: Segment) -> None:
        """Let the growing segment's partials see less of it, once that is long."""
        window = segment.window
        if segment is self.growing and window.is_long(segment.heard_sample):
            audio = self.audio(window.start_sample, segment.heard_sample)
            segment.window = window.shortened(segment.agreement.stable_words, audio)

    def whole_until(self, segment: Segment) -> int:
        """The end of the audio that belongs to the segment for certain, whatever follows."""
        if segment.end_sample is not None:
            return segment.end_sample
        unsure_from = segment.start_sample + self._overdue - _BLIND_SEARCH_SAMPLES
        return min(self.end_sample, unsure_from)

    def give_up(self, segment: Segment) -> None:
        """The segment cannot be recognised; a new one takes the audio to come."""
        if segment is self.growing:
            self._part(segment, len(segment.agreement.words), self.end_sample)

    def take_decided(self) -> Iterator[Segment]:
        """Remove the leading segments about which all is known, in order."""
        while self.segments and self.segments[0].is_decided:
            yield self.segments.popleft()

    def _on(self, event: SegmentEvent) -> Iterator[Change]:
        match event, self.growing:
            case SpeechStarted(start_sample=start), _:
                self.segments.append(Segment(start))
            case SilenceBegan(end_sample=end), Segment() as segment:
                if end - segment.start_sample >= self._pause_cut:
                    yield self._close(segment, end)
                else:
                    yield Paused(segment, end)
            case SpeechResumed(), Segment() as segment:
                yield Resumed(segment)
            case SpeechResumed(sample_index=resumed), None:  # the pause had ended a segment
                self.segments.append(Segment(max(resumed - self._pre_roll, self._free_from)))
            case SpeechEnded(end_sample=end), Segment() as segment:
                yield self._close(segment, end)

    def _close(self, segment: Segment, end_sample: int) -> Closed:
        segment.end_sample = self._free_from = end_sample
        return Closed(segment)

    def _part(self, segment: Segment, count: int, joint_sample: int) -> Closed:
        closed = self._close(segment, joint_sample)
        self.segments.append(segment.part(count, joint_sample))
        return closed

    def _part_if_overdue(self) -> list[Change]:
        segment = self.growing
        if segment is None or self.end_sample - segment.start_sample < self._overdue:
            return []
        audio = self.audio(segment.start_sample, self.end_sample)
        joint = segment.start_sample + quietest_sample(audio, within=_BLIND_SEARCH_SAMPLES)
        return [self._part(segment, len(segment.agreement.words), joint)]
