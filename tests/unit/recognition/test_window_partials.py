"""Partials of window engines: when they are decoded, from what, and what is shown of them."""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.recognition.scripted import SENTENCE, SETTINGS, requests_of, session
from vivavoz.recognition.engine import SAMPLE_RATE_HZ, DecodeRequest, DecodeResult


def test_partials_grow_and_become_the_final() -> None:
    played = session().play().stop()
    assert [final.text for final in played.finals] == [SENTENCE]
    shown = [partial.text for partial in played.partials]
    assert len(shown) > 4
    assert all(SENTENCE.startswith(text) for text in shown)
    assert shown == sorted(shown, key=len)


def test_partials_come_at_the_profiles_interval() -> None:
    played = session()
    ends = []
    for tenth in range(5, 45):
        played.play(until_s=tenth / 10, answer=False)
        ends += [r.duration_s for r in requests_of(played.jobs) if r.purpose == "partial"]
        played.answer_all()
    interval_s = SETTINGS.plan.partial_interval_ms / 1000
    steps = np.diff(ends)
    assert len(steps) > 3
    assert (steps >= interval_s - 1e-6).all()
    assert (steps <= interval_s + 0.1 + 1e-6).all()


def test_a_partial_is_greedy_in_a_cut_window_with_the_agreed_words_forced() -> None:
    played = session().play(until_s=3.0)
    played.play(until_s=3.5, answer=False)
    [request] = [r for r in requests_of(played.jobs) if r.purpose == "partial"]
    assert (request.beam_size, request.full_context) == (1, False)
    stable = played.partials[-1].stable_words
    assert len(stable) >= 3
    assert [word.text for word in request.prefix] == [word.text for word in stable]
    assert 0.0 <= request.prefix[0].start_s < 1.0  # in the window's time


def test_requests_of_one_utterance_share_their_source() -> None:
    played = session("one two three four five | six seven eight nine ten")
    played.play(answer=False)
    by_start: dict[int, set[object]] = {}
    for request in requests_of(played.jobs):
        by_start.setdefault(played.speech.place_of(request.audio), set()).add(request.source)
    assert len(by_start) == 2
    assert all(len(sources) == 1 for sources in by_start.values())
    assert len(set.union(*by_start.values())) == 2


def test_a_partials_words_have_about_the_time_when_they_were_said() -> None:
    played = session()
    said = {word.text: word for word in played.speech.words}

    def decode(request: DecodeRequest) -> DecodeResult:
        result = played.speech.decode(request)
        if request.word_times:
            return result
        words = tuple(replace(w, start_s=0.0, end_s=0.0) for w in result.hypothesis.words)
        return replace(result, hypothesis=replace(result.hypothesis, words=words))

    played.decode = decode
    played.play(until_s=played.speech.words[-1].end_s)
    interval_s = SETTINGS.plan.partial_interval_ms / 1000 + 0.1
    shown = played.partials[-1].words
    assert len(shown) >= 8
    for word in shown:
        assert abs(word.end_s - said[word.text].end_s) <= interval_s
    assert played.partials[-1].end_s <= played.speech.words[-1].end_s


def test_after_a_short_pause_a_partial_waits_until_there_is_something_new() -> None:
    played = session("one two three four five - six seven eight nine ten")
    resumed_s = played.speech.words[5].start_s
    ends = []
    for hundredth in range(50, 500, 5):
        played.play(until_s=hundredth / 100, answer=False)
        ends += [r.duration_s for r in requests_of(played.jobs) if r.purpose == "partial"]
        played.answer_all()
    start_s = played.settled[-1] / SAMPLE_RATE_HZ
    waits_s = [start_s + end_s - resumed_s for end_s in ends if start_s + end_s > resumed_s]
    first_s = SETTINGS.plan.first_partial_ms / 1000
    assert len(played.finals) == 0
    assert len(waits_s) >= 2
    assert waits_s[0] == pytest.approx(first_s, abs=0.15)
    played.play().stop()
    assert played.text == "one two three four five six seven eight nine ten"


def test_stable_words_are_those_two_partials_agree_on() -> None:
    played = session().play(until_s=4.0)
    for earlier, later in zip(played.partials, played.partials[1:], strict=False):
        assert later.words[: len(later.stable_words)] == later.stable_words
        assert later.stable_text.startswith(earlier.stable_text)
    assert played.partials[-1].stable_words


def test_a_dropped_partial_is_not_missed() -> None:
    played = session()
    for tenth in range(1, 40):
        played.play(until_s=tenth / 10, answer=False)
        for job in [job for job in played.jobs if job.purpose == "partial"]:
            played.jobs.remove(job)
            played.recognizer.job_dropped(job)
    played.play().stop()
    assert played.text == SENTENCE


def test_a_failed_partial_is_not_missed() -> None:
    played = session().play(until_s=1.3, answer=False)
    [job] = played.jobs
    played.jobs.clear()
    played.recognizer.job_failed(job, RuntimeError("out of luck"))
    played.play().stop()
    assert played.text == SENTENCE
    assert not played.lost


def test_an_older_partial_does_not_replace_a_newer_one() -> None:
    played = session().play(until_s=2.5, answer=False)
    older, *_, newer = played.jobs
    played.answer(newer)
    shown = played.partials[-1].text
    played.answer(older)
    assert played.partials[-1].text == shown
