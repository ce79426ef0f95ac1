"""What the guards doubt is decoded again, and what fails is tried again or declared lost."""

from dataclasses import replace

import numpy as np

from tests.unit.recognition.scripted import SENTENCE, requests_of, session
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, DecodeRequest, DecodeResult
from vivavoz.recognition.outputs import Partial
from vivavoz.recognition.transcript import Hypothesis, Word


def test_a_doubtful_partial_is_never_shown_and_tried_again_at_full_context() -> None:
    played = session()

    def decode(request: DecodeRequest) -> DecodeResult:
        result = played.speech.decode(request)
        if request.purpose == "partial" and not request.full_context:
            loop = tuple(Word(" no", 0.0, 0.1, 0.9) for _ in range(5))
            return replace(result, hypothesis=replace(result.hypothesis, words=loop))
        return result

    played.decode = decode
    played.play().stop()
    assert not any("no no" in partial.text for partial in played.partials)
    assert played.partials
    assert any(r.full_context for r in played.asked if r.purpose == "partial")
    assert played.text == SENTENCE


def test_a_partial_doubtful_at_full_context_too_waits_for_the_next() -> None:
    played = session()

    def decode(request: DecodeRequest) -> DecodeResult:
        return replace(played.speech.decode(request), truncated=request.purpose == "partial")

    played.decode = decode
    played.play(until_s=2.5)
    assert not played.partials
    cut = [r.duration_s for r in played.asked if not r.full_context]
    full = [r.duration_s for r in played.asked if r.full_context]
    assert cut == full


def test_a_doubtful_final_is_decoded_again_at_full_context() -> None:
    played = session()
    played.decode = lambda request: replace(
        played.speech.decode(request),
        compression_ratio=0.0 if request.full_context else 9.9,
    )
    played.play().stop()
    assert played.text == SENTENCE


def test_what_the_model_calls_silence_gives_no_final_and_is_cleared() -> None:
    played = session("hm")
    played.decode = lambda request: replace(
        played.speech.decode(request),
        no_speech_probability=0.95 if request.purpose == "final" else 0.0,
        average_log_probability=-2.0 if request.purpose == "final" else 0.0,
    )
    played.play(until_s=0.9)
    segment_shown = [partial.text for partial in played.partials]
    played.play().stop()
    assert not played.finals
    assert not segment_shown or played.views[-1] == ""
    assert played.recognizer.is_settled
    assert played.settled[-1] > SAMPLE_RATE_HZ


def test_an_empty_final_clears_the_partial() -> None:
    played = session()
    played.decode = lambda request: (
        DecodeResult(Hypothesis((), "en"))
        if request.purpose == "final"
        else played.speech.decode(request)
    )
    played.play().stop()
    assert any(partial.text for partial in played.partials)
    assert isinstance(played.said[-1], Partial)
    assert played.said[-1].text == ""
    assert not played.finals


def test_a_failed_final_is_asked_for_once_more() -> None:
    played = session("one two three").play(answer=False)
    [job] = [job for job in played.jobs if job.purpose == "final"]
    played.jobs.clear()
    played.recognizer.job_failed(job, RuntimeError("first"))
    [again] = requests_of(played.recognizer.next_jobs())
    assert again.purpose == "final"
    assert np.array_equal(again.audio, requests_of([job])[0].audio)


def test_a_final_that_fails_twice_is_declared_lost_and_the_session_goes_on() -> None:
    played = session("one two three | four five six")
    broken = True

    def decode(request: DecodeRequest) -> DecodeResult:
        return played.speech.decode(request)

    played.decode = decode
    played.play(until_s=played.speech.words[3].start_s, answer=False)
    while broken:
        jobs = [job for job in played.jobs if job.purpose == "final"]
        played.jobs.clear()
        for job in jobs:
            played.recognizer.job_failed(job, RuntimeError("the model burst"))
        broken = bool(played.collect())
    [lost] = played.lost
    assert lost.reason == "the model burst"
    assert lost.start_s <= 0.5
    assert 1.5 < lost.end_s < played.speech.words[3].start_s
    played.play().stop()
    assert played.text == "four five six"
    assert played.recognizer.is_settled


def test_a_speculative_final_that_fails_twice_is_tried_again_at_the_endpoint() -> None:
    played = session("one two three")
    played.play(until_s=played.speech.words[-1].end_s + 0.4, answer=False)
    for _ in range(2):
        [job] = [job for job in played.jobs if job.purpose == "final"]
        played.jobs.clear()
        played.recognizer.job_failed(job, RuntimeError("busy"))
        played.collect()
    assert not played.jobs
    played.play().stop()
    assert played.text == "one two three"
