"""The segmenter: which frames become utterances, and what is known before they are over."""

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoz.vad.frames import FRAME_SAMPLES, samples_of
from vivavoz.vad.segmenter import (
    EndpointRules,
    Segmenter,
    SegmentEvent,
    SilenceBegan,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
)

RULES = EndpointRules()
SPEECH, DOUBT, SILENCE = 0.9, 0.4, 0.1
ENDPOINT_FRAMES = 16  # 500 ms
SPECULATIVE_FRAMES = 7  # 200 ms

probabilities = st.one_of(
    st.floats(0, 1),
    st.sampled_from([SPEECH, DOUBT, SILENCE, RULES.start_threshold, RULES.stop_threshold]),
)
stretches = st.lists(
    st.tuples(st.sampled_from([SPEECH, DOUBT, SILENCE]), st.integers(1, 30)), max_size=12
)
rules = st.builds(
    lambda stop, gap, shortest, pre_roll, speculative, endpoint: EndpointRules(
        start_threshold=min(stop + gap, 1.0),
        stop_threshold=stop,
        min_speech_ms=shortest,
        pre_roll_ms=pre_roll,
        speculative_ms=speculative,
        endpoint_ms=endpoint,
    ),
    st.floats(0, 1),
    st.floats(0, 0.5),
    st.integers(0, 300),
    st.integers(0, 600),
    st.integers(0, 500),
    st.integers(0, 500),
)


def at(frame: int) -> int:
    """Sample index at which a frame starts."""
    return frame * FRAME_SAMPLES


def frames_of(stretches: Iterable[tuple[float, int]]) -> list[float]:
    """One probability for each frame of the stretches."""
    return [probability for probability, count in stretches for _ in range(count)]


def events_of(
    frames: Iterable[float], rules: EndpointRules = RULES, *, flush: bool = False
) -> list[SegmentEvent]:
    """All that a new segmenter says of the frames."""
    segmenter = Segmenter(rules)
    events = [event for frame in frames for event in segmenter.push(frame)]
    return events + segmenter.flush() if flush else events


def test_an_utterance_has_pre_roll_and_the_speculative_silence() -> None:
    events = events_of(frames_of([(SILENCE, 20), (SPEECH, 30), (SILENCE, 20)]))
    start = at(20) - samples_of(300)
    end = at(50 + SPECULATIVE_FRAMES)
    assert events == [
        SpeechStarted(start),
        SilenceBegan(at(50), end),
        SpeechEnded(start, end, speech_end_sample=at(50)),
    ]


def test_events_come_with_the_frame_that_decides_them() -> None:
    segmenter = Segmenter(RULES)
    said_at = {
        type(event): frame
        for frame, probability in enumerate(frames_of([(SPEECH, 10), (SILENCE, 20)]))
        for event in segmenter.push(probability)
    }
    assert said_at == {
        SpeechStarted: 2,  # the third frame completes 96 ms
        SilenceBegan: 9 + SPECULATIVE_FRAMES,
        SpeechEnded: 9 + ENDPOINT_FRAMES,
    }


def test_pre_roll_does_not_begin_before_the_audio() -> None:
    assert events_of(frames_of([(SILENCE, 2), (SPEECH, 5)])) == [SpeechStarted(0)]


def test_pre_roll_does_not_reach_into_the_utterance_before() -> None:
    spoken = [(SPEECH, 10), (SILENCE, ENDPOINT_FRAMES)]
    events = events_of(frames_of(spoken * 2), EndpointRules(pre_roll_ms=5000))
    ended = next(event for event in events if isinstance(event, SpeechEnded))
    _, second = (event for event in events if isinstance(event, SpeechStarted))
    assert second.start_sample == ended.end_sample


def test_speech_after_a_short_silence_goes_on() -> None:
    events = events_of(frames_of([(SPEECH, 10), (SILENCE, 10), (SPEECH, 5)]))
    assert events[1:] == [
        SilenceBegan(at(10), at(10 + SPECULATIVE_FRAMES)),
        SpeechResumed(at(20)),
    ]


def test_a_silence_shorter_than_the_speculative_one_is_not_mentioned() -> None:
    frames = frames_of([(SPEECH, 10), (SILENCE, SPECULATIVE_FRAMES - 1), (SPEECH, 5)])
    assert events_of(frames) == [SpeechStarted(0)]


@pytest.mark.parametrize(
    "stretches",
    [
        [(SPEECH, 2), (SILENCE, 30)],
        [(SILENCE, 30), (SPEECH, 2)],
        [(SPEECH, 2), (SILENCE, 1)] * 10,
        [(SPEECH, 1), (DOUBT, 1), (SILENCE, 1)] * 10,
    ],
)
def test_clicks_are_not_speech(stretches: list[tuple[float, int]]) -> None:
    assert events_of(frames_of(stretches), flush=True) == []


def test_a_flush_between_two_clicks_makes_no_speech_of_them() -> None:
    segmenter = Segmenter(RULES)
    for _ in range(2):
        assert [segmenter.push(SPEECH) for _ in range(2)] == [[], []]
        assert segmenter.flush() == []
    assert [segmenter.push(SPEECH) for _ in range(3)] == [[], [], [SpeechStarted(0)]]


def test_a_probability_at_a_threshold_is_on_its_upper_side() -> None:
    at_start, at_stop = RULES.start_threshold, RULES.stop_threshold
    assert events_of([at_start, at_stop, at_stop]) == [SpeechStarted(0)]
    assert events_of([SPEECH] * 3 + [at_stop] * 30) == [SpeechStarted(0)]
    resumed = events_of([SPEECH] * 3 + [SILENCE] * 10 + [at_start])
    assert resumed[-1] == SpeechResumed(at(13))


def test_silences_count_from_the_frame_that_completes_them() -> None:
    rules = EndpointRules(speculative_ms=224, endpoint_ms=512)
    frames = frames_of([(SPEECH, 10), (SILENCE, 16)])
    assert events_of(frames[:16], rules) == [SpeechStarted(0)]
    assert events_of(frames[:-1], rules)[1:] == [SilenceBegan(at(10), at(17))]
    assert events_of(frames, rules)[2:] == [SpeechEnded(0, at(17), at(10))]


def test_one_utterance_is_like_the_next() -> None:
    segmenter = Segmenter(EndpointRules(pre_roll_ms=0))
    spoken = frames_of([(SILENCE, 10), (SPEECH, 10), (SILENCE, ENDPOINT_FRAMES)])
    for before in (0, len(spoken)):
        assert [event for frame in spoken for event in segmenter.push(frame)] == [
            SpeechStarted(at(before + 10)),
            SilenceBegan(at(before + 20), at(before + 20 + SPECULATIVE_FRAMES)),
            SpeechEnded(at(before + 10), at(before + 20 + SPECULATIVE_FRAMES), at(before + 20)),
        ]


@pytest.mark.parametrize(
    ("state", "frames"),
    [
        ("quiet stays quiet", frames_of([(DOUBT, 50)])),
        ("speech stays speech", frames_of([(SPEECH, 3), (DOUBT, 50)])),
        ("silence stays silence", frames_of([(SPEECH, 3), (SILENCE, 1), (DOUBT, 50)])),
    ],
)
def test_between_the_thresholds_nothing_changes(state: str, frames: list[float]) -> None:
    kinds = [type(event) for event in events_of(frames)]
    expected: dict[str, list[type[SegmentEvent]]] = {
        "quiet stays quiet": [],
        "speech stays speech": [SpeechStarted],
        "silence stays silence": [SpeechStarted, SilenceBegan, SpeechEnded],
    }
    assert kinds == expected[state]


def test_flush_closes_an_utterance_in_mid_speech() -> None:
    assert events_of(frames_of([(SPEECH, 10)]), flush=True)[-1] == SpeechEnded(0, at(10), at(10))


def test_flush_after_silence_began_ends_where_it_said() -> None:
    events = events_of(frames_of([(SPEECH, 10), (SILENCE, 9)]), flush=True)
    assert events[-1] == SpeechEnded(0, at(10 + SPECULATIVE_FRAMES), at(10))


def test_frames_may_follow_a_flush() -> None:
    segmenter = Segmenter(RULES)
    for _ in range(2):
        for frame in frames_of([(SPEECH, 10)]):
            segmenter.push(frame)
        closed = segmenter.flush()
    assert closed == [SpeechEnded(at(10), at(20), at(20))]


def test_what_is_settled_follows_the_audio_in_quiet_and_waits_in_speech() -> None:
    segmenter = Segmenter(RULES)
    for frame in frames_of([(SILENCE, 40)]):
        segmenter.push(frame)
    assert segmenter.settled_sample == at(40) - samples_of(300)
    for frame in frames_of([(SPEECH, 10), (SILENCE, ENDPOINT_FRAMES - 1)]):
        segmenter.push(frame)
        assert segmenter.settled_sample == at(40) - samples_of(300)
    was_speaking = segmenter.is_speaking
    [ended] = segmenter.push(SILENCE)
    assert isinstance(ended, SpeechEnded)
    assert was_speaking
    assert not segmenter.is_speaking
    now = at(40 + 10 + ENDPOINT_FRAMES)
    assert segmenter.settled_sample == max(ended.end_sample, now - samples_of(300))


def test_an_endpoint_before_the_speculative_silence_ends_the_utterance() -> None:
    events = events_of(frames_of([(SPEECH, 10), (SILENCE, 9)]), EndpointRules(endpoint_ms=150))
    assert events == [SpeechStarted(0), SpeechEnded(0, at(15), at(10))]


def test_thresholds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="must not exceed"):
        EndpointRules(start_threshold=0.3, stop_threshold=0.4)


@given(stretches, rules)
def test_utterances_are_ordered_closed_and_apart(
    stretches: list[tuple[float, int]], rules: EndpointRules
) -> None:
    frames = frames_of(stretches)
    events = events_of(frames, rules, flush=True)
    started = [event for event in events if isinstance(event, SpeechStarted)]
    ended = [event for event in events if isinstance(event, SpeechEnded)]
    assert [event.start_sample for event in started] == [event.start_sample for event in ended]
    for event in ended:
        assert 0 <= event.start_sample < event.speech_end_sample <= event.end_sample
        assert event.end_sample <= at(len(frames))
    for before, after in itertools.pairwise(ended):
        assert before.end_sample <= after.start_sample


@given(st.lists(probabilities, max_size=200), rules)
def test_events_follow_the_grammar_of_an_utterance(
    frames: list[float], rules: EndpointRules
) -> None:
    after: dict[type[SegmentEvent] | None, set[type[SegmentEvent]]] = {
        None: {SpeechStarted},
        SpeechStarted: {SilenceBegan, SpeechEnded},
        SilenceBegan: {SpeechResumed, SpeechEnded},
        SpeechResumed: {SilenceBegan, SpeechEnded},
        SpeechEnded: {SpeechStarted},
    }
    kinds = [None, *(type(event) for event in events_of(frames, rules, flush=True))]
    assert all(kind in after[previous] for previous, kind in itertools.pairwise(kinds))
    assert kinds[-1] in (None, SpeechEnded)


@given(st.lists(probabilities, max_size=200), rules)
def test_what_is_settled_never_moves_back_and_no_utterance_reaches_before_it(
    frames: list[float], rules: EndpointRules
) -> None:
    segmenter = Segmenter(rules)
    settled = 0
    for count, frame in enumerate(frames, 1):
        events = segmenter.push(frame)
        for event in events:
            if isinstance(event, SpeechStarted | SpeechEnded):
                assert event.start_sample >= settled
        assert settled <= segmenter.settled_sample <= at(count)
        settled = segmenter.settled_sample


@given(st.lists(st.floats(0, RULES.start_threshold, exclude_max=True), max_size=300))
def test_without_a_frame_of_speech_nothing_happens(frames: list[float]) -> None:
    assert events_of(frames, flush=True) == []


@given(stretches)
def test_every_utterance_holds_the_least_speech(stretches: list[tuple[float, int]]) -> None:
    frames = frames_of(stretches)
    for event in events_of(frames, flush=True):
        if isinstance(event, SpeechEnded):
            spoken = frames[
                event.start_sample // FRAME_SAMPLES : event.speech_end_sample // FRAME_SAMPLES
            ]
            assert sum(frame >= RULES.stop_threshold for frame in spoken) >= 3
