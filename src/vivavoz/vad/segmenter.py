"""[pure] Speech probabilities into utterances.

A state machine over frames with two thresholds, as in Silero's own utilities: speech begins at
``start_threshold`` and ends below the lower ``stop_threshold``, so that a probability wavering
around one value does not toggle it.

    QUIET -> STARTING -> SPEAKING <-> STOPPING -> QUIET
                 |
               QUIET (too short to be speech)
"""

from dataclasses import dataclass
from enum import Enum, auto

from vivavoz.vad.frames import FRAME_SAMPLES, samples_of


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """What makes an utterance.

    ``start_threshold``, ``stop_threshold``: speech probabilities, 0..1; a frame from the first on
    begins or resumes speech, a frame below the second begins silence. ``min_speech_ms``: speech
    must last this long to open an utterance. ``pre_roll_ms``: audio kept from before it.
    ``speculative_ms``: silence after which the utterance is probably over. ``endpoint_ms``: silence
    after which it is; if that is shorter, ``SilenceBegan`` never comes.

    Raises:
        ValueError: the two thresholds are in the wrong order.
    """

    start_threshold: float = 0.5
    stop_threshold: float = 0.35
    min_speech_ms: int = 96
    pre_roll_ms: int = 300
    speculative_ms: int = 200
    endpoint_ms: int = 500

    def __post_init__(self) -> None:
        if self.stop_threshold > self.start_threshold:
            raise ValueError("stop_threshold must not exceed start_threshold")


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """An utterance opened. ``start_sample`` includes the pre-roll."""

    start_sample: int


@dataclass(frozen=True, slots=True)
class SilenceBegan:
    """``speculative_ms`` of silence have passed.

    ``sample_index`` is where speech ended; ``end_sample`` is where the utterance's audio will end
    if no speech follows.
    """

    sample_index: int
    end_sample: int


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """Speech went on at ``sample_index``, after ``SilenceBegan`` and before the endpoint."""

    sample_index: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance is closed: its audio is ``start_sample`` up to, not including, ``end_sample``.

    ``speech_end_sample`` is where the last speech frame ended. ``end_sample`` is that of the last
    ``SilenceBegan`` if one came, so audio that was decoded on speculation is all of it.
    """

    start_sample: int
    end_sample: int
    speech_end_sample: int


SegmentEvent = SpeechStarted | SilenceBegan | SpeechResumed | SpeechEnded


class _State(Enum):
    QUIET = auto()
    STARTING = auto()
    SPEAKING = auto()
    STOPPING = auto()


class Segmenter:
    """Turns one session's frames into utterances, by absolute sample index.

    Utterances come in order and never overlap; each opens with ``SpeechStarted`` and closes with
    ``SpeechEnded``.
    """

    def __init__(self, rules: EndpointRules) -> None:
        self._rules = rules
        self._state = _State.QUIET
        self._now = 0
        self._free_from = 0
        """End of the previous utterance: the next starts no earlier."""
        self._start = 0
        self._speech_began = 0
        self._speech_ended = 0
        self._audio_end: int | None = None
        """Where the utterance's audio ends, once ``SilenceBegan`` has said so."""

    @property
    def is_speaking(self) -> bool:
        """Whether an utterance is open."""
        return self._state in (_State.SPEAKING, _State.STOPPING)

    @property
    def settled_sample(self) -> int:
        """No utterance that is open or still to come holds audio from before this."""
        if self._state is _State.QUIET:
            return self._with_pre_roll(self._now)
        return self._start

    def push(self, probability: float) -> list[SegmentEvent]:
        """Take the next frame's speech probability and say what it changes."""
        frame_start = self._now
        self._now += FRAME_SAMPLES
        match self._state:
            case _State.QUIET:
                return self._in_quiet(probability, frame_start)
            case _State.STARTING:
                return self._in_starting(probability)
            case _State.SPEAKING:
                return self._in_speaking(probability)
            case _State.STOPPING:
                return self._in_stopping(probability, frame_start)

    def flush(self) -> list[SegmentEvent]:
        """End of input: close an open utterance. Frames may follow, as a new beginning."""
        if self.is_speaking:
            return [self._close()]
        self._state = _State.QUIET
        return []

    def _in_quiet(self, probability: float, frame_start: int) -> list[SegmentEvent]:
        if probability < self._rules.start_threshold:
            return []
        self._state = _State.STARTING
        self._speech_began = frame_start
        self._start = self._with_pre_roll(frame_start)
        return self._open_if_long_enough()

    def _in_starting(self, probability: float) -> list[SegmentEvent]:
        if probability < self._rules.stop_threshold:
            self._state = _State.QUIET
            return []
        return self._open_if_long_enough()

    def _in_speaking(self, probability: float) -> list[SegmentEvent]:
        if probability >= self._rules.stop_threshold:
            self._speech_ended = self._now
            return []
        self._state = _State.STOPPING
        return self._close_if_silent_enough()

    def _in_stopping(self, probability: float, frame_start: int) -> list[SegmentEvent]:
        if probability < self._rules.start_threshold:
            return self._close_if_silent_enough()
        was_announced = self._audio_end is not None
        self._state = _State.SPEAKING
        self._speech_ended = self._now
        self._audio_end = None
        return [SpeechResumed(frame_start)] if was_announced else []

    def _open_if_long_enough(self) -> list[SegmentEvent]:
        if self._now - self._speech_began < samples_of(self._rules.min_speech_ms):
            return []
        self._state = _State.SPEAKING
        self._speech_ended = self._now
        return [SpeechStarted(self._start)]

    def _close_if_silent_enough(self) -> list[SegmentEvent]:
        events: list[SegmentEvent] = []
        silence = self._now - self._speech_ended
        if self._audio_end is None and silence >= samples_of(self._rules.speculative_ms):
            self._audio_end = self._now
            events.append(SilenceBegan(self._speech_ended, self._now))
        if silence >= samples_of(self._rules.endpoint_ms):
            events.append(self._close())
        return events

    def _close(self) -> SpeechEnded:
        end = self._now if self._audio_end is None else self._audio_end
        self._state = _State.QUIET
        self._free_from = end
        self._audio_end = None
        return SpeechEnded(self._start, end, self._speech_ended)

    def _with_pre_roll(self, sample_index: int) -> int:
        return max(sample_index - samples_of(self._rules.pre_roll_ms), self._free_from)
