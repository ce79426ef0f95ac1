"""The recogniser over window engines, driven with speech that is known and no model."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.recognition.scripted import (
    CAPABILITIES,
    OPTIONS,
    SETTINGS,
    Session,
    Speech,
    requests_of,
)
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeRequest,
    DecodeResult,
    RecognitionOptions,
)
from vivavoz.recognition.outputs import Partial
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.transcript import Hypothesis, Word
from vivavoz.recognition.window_recognizer import WindowRecognizer

SENTENCE = "my brother works in the big office with a red book"
LONG = " ".join(f"w{number}" for number in range(150))


def session(
    text: str = SENTENCE,
    *,
    options: RecognitionOptions = OPTIONS,
    settings: RecognizerSettings = SETTINGS,
    **pace: float,
) -> Session:
    speech = Speech.of(text, **pace)
    return Session(speech, WindowRecognizer(CAPABILITIES, options, settings), speech.decode)


# --- partials -------------------------------------------------------------------------------------


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


def test_words_are_aligned_only_where_their_times_are_needed() -> None:
    played = session(LONG, word_s=0.25, gap_s=0.05)
    asked: list[DecodeRequest] = []

    def decode(request: DecodeRequest) -> DecodeResult:
        asked.append(request)
        return played.speech.decode(request)

    played.decode = decode
    played.play(until_s=25.0).stop()
    partials = [request for request in asked if request.purpose == "partial"]
    first = partials[: next(i for i, r in enumerate(partials) if r.word_times)]
    assert len(first) > 5
    assert first[-1].duration_s < 5.0 <= partials[len(first)].duration_s
    assert 0.2 < sum(request.word_times for request in partials) / len(partials) < 0.7
    assert all(request.word_times for request in asked if request.purpose == "final")


def test_partials_of_long_speech_decode_only_its_newest_part() -> None:
    played = session(LONG, word_s=0.25, gap_s=0.05)
    asked: list[DecodeRequest] = []

    def decode(request: DecodeRequest) -> DecodeResult:
        asked.append(request)
        return played.speech.decode(request)

    played.decode = decode
    played.play(until_s=13.0)
    interval_s = SETTINGS.plan.partial_interval_ms / 1000
    assert not played.finals
    assert max(request.duration_s for request in asked) < 5.0 + 2 * interval_s
    assert all(len(request.prefix) >= 2 for request in asked[3:])
    for shown in played.partials:
        assert played.speech.text.startswith(shown.text)
        assert shown.stable_text == shown.text[: len(shown.stable_text)]
    assert len(played.partials[-1].words) >= 38
    played.play().stop()
    assert played.text == played.speech.text
    finals = [request for request in asked if request.purpose == "final"]
    assert max(request.duration_s for request in finals) > 10.0


def test_a_doubtful_partial_of_long_speech_is_decoded_again_with_all_of_it() -> None:
    played = session(LONG, word_s=0.25, gap_s=0.05)
    asked: list[DecodeRequest] = []

    def decode(request: DecodeRequest) -> DecodeResult:
        asked.append(request)
        is_short = request.duration_s < 5.0 and not request.full_context
        doubtful = is_short and len(asked) > 12
        return replace(played.speech.decode(request), truncated=doubtful)

    played.decode = decode
    played.play(until_s=10.0)
    again = [request for request in asked if request.full_context]
    assert again
    assert again[0].duration_s > 6.0
    assert len(again[0].prefix) > len(asked[asked.index(again[0]) - 1].prefix)
    assert all(played.speech.text.startswith(shown.text) for shown in played.partials)


def test_words_before_the_window_that_a_final_contradicts_are_heard_anew() -> None:
    played = session(f"{' '.join(LONG.split()[:24])} - {' '.join(LONG.split()[24:60])}")

    def decode(request: DecodeRequest) -> DecodeResult:
        result = played.speech.decode(request)
        words = result.hypothesis.words
        if request.purpose == "final" or request.duration_s > 9.0:
            words = tuple(replace(w, text=" W1") if w.text == " w1" else w for w in words)
        return replace(result, hypothesis=replace(result.hypothesis, words=words))

    played.decode = decode
    settings = replace(SETTINGS, plan=replace(SETTINGS.plan, pause_cut_s=30.0))
    played.recognizer = WindowRecognizer(CAPABILITIES, OPTIONS, settings)
    played.play(until_s=played.speech.words[30].end_s)
    shown = [partial.text.split()[1] for partial in played.partials if len(partial.words) > 1]
    assert shown[0] == "w1"
    assert shown[-1] == "W1"
    assert shown.index("W1") == shown.count("w1")  # shown once, it stays


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


# --- guards ---------------------------------------------------------------------------------------


def test_a_doubtful_partial_is_never_shown_and_tried_again_at_full_context() -> None:
    played = session()
    seen: list[DecodeRequest] = []

    def decode(request: DecodeRequest) -> DecodeResult:
        seen.append(request)
        result = played.speech.decode(request)
        if request.purpose == "partial" and not request.full_context:
            loop = tuple(Word(" no", 0.0, 0.1, 0.9) for _ in range(5))
            return replace(result, hypothesis=replace(result.hypothesis, words=loop))
        return result

    played.decode = decode
    played.play().stop()
    assert not any("no no" in partial.text for partial in played.partials)
    assert played.partials
    assert any(r.full_context for r in seen if r.purpose == "partial")
    assert played.text == SENTENCE


def test_a_partial_doubtful_at_full_context_too_waits_for_the_next() -> None:
    played = session()
    seen: list[DecodeRequest] = []

    def decode(request: DecodeRequest) -> DecodeResult:
        seen.append(request)
        return replace(played.speech.decode(request), truncated=request.purpose == "partial")

    played.decode = decode
    played.play(until_s=2.5)
    assert not played.partials
    cut = [r.duration_s for r in seen if not r.full_context]
    full = [r.duration_s for r in seen if r.full_context]
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


# --- finals ---------------------------------------------------------------------------------------


def test_a_final_starts_on_speculation_and_is_there_at_the_endpoint() -> None:
    played = session("one two three four")
    speech_end_s = played.speech.words[-1].end_s
    played.play(until_s=speech_end_s + 0.4, answer=False)
    [final] = [job for job in played.jobs if job.purpose == "final"]
    assert final.speculative
    played.answer_all()
    assert not played.finals  # speech may still go on
    said = len(played.said)
    played.play(until_s=speech_end_s + 0.75)
    assert [type(output).__name__ for output in played.said[said:]] == ["Final"]
    assert not requests_of(played.jobs)


def test_the_speculative_request_is_what_the_endpoint_would_ask_for() -> None:
    played = session("one two three four")
    played.play(answer=False)
    finals = [request for request in requests_of(played.jobs) if request.purpose == "final"]
    assert len(finals) == 1
    assert finals[0].beam_size == SETTINGS.plan.final.beam_size
    assert finals[0].prefix == ()


def test_a_speculative_final_still_out_at_the_endpoint_is_the_final() -> None:
    played = session("one two three four").play(answer=False)
    [final] = [job for job in played.jobs if job.purpose == "final"]
    assert not final.speculative
    played.answer(final)
    assert played.text == "one two three four"
    assert played.recognizer.is_settled


def test_speech_that_resumes_cancels_the_speculative_final() -> None:
    played = session("one two three - four five six")
    played.play(until_s=played.speech.words[2].end_s + 0.34, answer=False)
    [final] = [job for job in played.jobs if job.purpose == "final"]
    played.play(until_s=played.speech.words[3].end_s, answer=False)
    assert final.cancelled
    played.play().stop()
    assert [one.text for one in played.finals] == ["one two three four five six"]


def test_a_speculative_final_that_speech_overtook_is_shown_as_a_partial() -> None:
    played = session("one two three - four five six")
    played.play(until_s=played.speech.words[2].end_s + 0.34, answer=False)
    [final] = [job for job in played.jobs if job.purpose == "final"]
    played.play(until_s=played.speech.words[3].end_s, answer=False)
    played.answer(final)
    assert played.partials[-1].text == "one two three"
    assert not played.finals


def test_no_partials_are_decoded_in_the_silence_that_a_final_covers() -> None:
    played = session("one two three")
    end_s = played.speech.words[-1].end_s
    played.play(until_s=end_s + 0.36)
    played.play(until_s=end_s + 0.6, answer=False)
    assert not [job for job in played.jobs if job.purpose == "partial"]


def test_a_partial_still_waiting_is_cancelled_when_the_final_covers_it() -> None:
    played = session("one two three").play(until_s=1.5, answer=False)
    partials = [job for job in played.jobs if job.purpose == "partial"]
    assert partials
    played.play(answer=False)
    assert all(job.cancelled for job in partials)
    assert not any(job.cancelled for job in played.jobs if job.purpose == "final")


def test_finals_come_in_the_order_of_speech_whatever_the_order_of_the_answers() -> None:
    played = session("one two three | four five six | seven eight nine").play(answer=False)
    for job in reversed([job for job in played.jobs if job.purpose == "final"]):
        played.answer(job)
    assert [final.text for final in played.finals] == [
        "one two three",
        "four five six",
        "seven eight nine",
    ]


def test_what_was_shown_after_a_late_final_stays_shown() -> None:
    played = session("one two three | four five six seven eight")
    last = played.speech.words[-1].end_s
    played.play(until_s=last, answer=False)
    first_final = next(job for job in played.jobs if job.purpose == "final")
    for job in [job for job in played.jobs if job is not first_final and not job.cancelled]:
        played.answer(job)
    before = played.views[-1]
    assert before.endswith("four five six seven")
    played.answer(first_final)
    assert played.views[-1].startswith("one two three four five six")


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


def test_a_flush_in_mid_speech_finishes_it() -> None:
    played = session().play(until_s=1.9).stop()
    assert played.text == "my brother works"
    assert played.recognizer.is_settled


def test_speech_goes_on_after_a_flush() -> None:
    played = session("one two three | four five six").play(until_s=2.2).stop()
    played.play().stop()
    assert played.text == "one two three four five six"


# --- long speech ----------------------------------------------------------------------------------


def test_a_monologue_is_finalised_piece_by_piece_and_nothing_is_lost_or_doubled() -> None:
    played = session(LONG).play().stop()
    assert played.text == LONG
    assert len(played.finals) >= 3
    assert max(final.end_s - final.start_s for final in played.finals) <= SETTINGS.max_utterance_s


def test_no_window_passes_its_limit() -> None:
    played = session(LONG)
    longest = 0.0

    def decode(request: DecodeRequest) -> DecodeResult:
        nonlocal longest
        longest = max(longest, request.duration_s)
        return played.speech.decode(request)

    played.decode = decode
    played.play().stop()
    assert longest <= SETTINGS.max_utterance_s


def test_what_is_shown_does_not_flicker_at_a_joint() -> None:
    played = session(LONG).play().stop()
    for view in played.views:
        assert LONG.startswith(view)
    lengths = [len(view) for view in played.views]
    assert lengths == sorted(lengths)


def test_a_monologue_without_any_partial_is_parted_all_the_same() -> None:
    played = session(LONG)
    for tenth in range(1, round(played.speech.duration_s * 10)):
        played.play(until_s=tenth / 10, answer=False)
        for job in [job for job in played.jobs if job.purpose == "partial"]:
            played.jobs.remove(job)
            played.recognizer.job_dropped(job)
        played.answer_all()
    played.stop()
    assert played.text == LONG
    assert max(final.end_s - final.start_s for final in played.finals) < 30.0


def test_in_long_speech_a_short_pause_ends_a_segment() -> None:
    sentence = " ".join(f"w{number}" for number in range(24))
    text = f"{sentence} - tail of it"
    played = session(text).play().stop()
    assert [final.text for final in played.finals] == [sentence, "tail of it"]


# --- language -------------------------------------------------------------------------------------


def languages_asked(played: Session) -> list[tuple[str, str | None]]:
    asked: list[tuple[str, str | None]] = []
    decode = played.decode

    def noting(request: DecodeRequest) -> DecodeResult:
        asked.append((request.purpose, request.options.language))
        return decode(request)

    played.decode = noting
    played.play().stop()
    return asked


def test_a_language_given_is_never_detected() -> None:
    played = session(options=RecognitionOptions(language="es"))
    assert {language for _, language in languages_asked(played)} == {"es"}
    assert played.recognizer.language == ("es", 1.0)


def test_a_language_is_detected_in_the_first_speech_and_kept() -> None:
    played = session("one two three | four five six", options=RecognitionOptions())
    asked = languages_asked(played)
    finals = [language for purpose, language in asked if purpose == "final"]
    assert finals == [None, "en"]
    assert asked[-1] == ("final", "en")
    assert played.recognizer.language == ("en", 0.99)
    assert played.finals[0].language_probability == 0.99


def test_a_language_is_detected_anew_at_each_utterance_when_asked() -> None:
    redetecting = replace(SETTINGS, redetect_language=True)
    played = session(
        "one two three | four five six", options=RecognitionOptions(), settings=redetecting
    )
    finals = [language for purpose, language in languages_asked(played) if purpose == "final"]
    assert finals == [None, None]


def test_an_unsure_language_is_not_kept() -> None:
    played = session("one two three | four five six", options=RecognitionOptions())
    played.decode = lambda request: DecodeResult(
        Hypothesis(played.speech.heard_in(request.audio), "es", 0.3)
    )
    finals = [language for purpose, language in languages_asked(played) if purpose == "final"]
    assert finals == [None, None]
    assert played.recognizer.language == ("es", 0.3)


def test_an_engine_of_one_language_detects_none() -> None:
    capabilities = replace(CAPABILITIES, languages=frozenset({"en"}))
    recognizer = WindowRecognizer(capabilities, RecognitionOptions(), SETTINGS)
    assert recognizer.language == ("en", 1.0)


def test_finals_have_full_context_where_it_costs_little() -> None:
    speech = Speech.of("one two three")
    recognizer = WindowRecognizer(replace(CAPABILITIES, device="cuda"), OPTIONS, SETTINGS)
    played = Session(speech, recognizer, speech.decode).play(answer=False)
    [final] = [request for request in requests_of(played.jobs) if request.purpose == "final"]
    assert final.full_context


# --- the end --------------------------------------------------------------------------------------


def test_close_cancels_everything() -> None:
    played = session().play(until_s=3.0, answer=False)
    assert played.jobs
    played.recognizer.close()
    played.recognizer.close()
    assert all(job.cancelled for job in played.jobs)
    for job in list(played.jobs):
        played.answer(job)
    assert not played.said
    assert not played.recognizer.next_jobs()


def test_silence_settles_as_it_passes() -> None:
    recognizer = WindowRecognizer(CAPABILITIES, OPTIONS, SETTINGS)
    recognizer.push(np.zeros(10 * SAMPLE_RATE_HZ, np.float32), [0.0] * 312)
    assert recognizer.is_settled
    assert not recognizer.next_jobs()
    assert recognizer.settled_sample >= 9 * SAMPLE_RATE_HZ


# --- any order ------------------------------------------------------------------------------------

TOKENS = st.lists(st.sampled_from(["a", "b", "c", "d", "|", "-"]), min_size=1, max_size=30)


@settings(max_examples=40)
@given(TOKENS, st.randoms(use_true_random=False))
def test_whatever_the_scheduler_does_every_word_becomes_final_once(
    tokens: list[str], chance: random.Random
) -> None:
    text = " ".join(
        f"{token}{index}" if token.isalpha() else token for index, token in enumerate(tokens)
    )
    played = session(text)
    for step in range(1, round(played.speech.duration_s * 5)):
        played.play(until_s=step / 5, answer=False)
        for job in list(played.jobs):
            if chance.random() < 0.3:
                continue
            if job.purpose == "partial" and chance.random() < 0.3:
                played.jobs.remove(job)
                played.recognizer.job_dropped(job)
            elif job.cancelled and chance.random() < 0.5:
                played.jobs.remove(job)
            else:
                played.answer(job)
        chance.shuffle(played.jobs)
    played.play(answer=False).stop()
    assert played.text == played.speech.text
    assert played.recognizer.is_settled
    assert played.settled == sorted(played.settled)
    assert not played.lost
