"""Finals of window engines: begun on speculation, each said once and in order."""

from dataclasses import replace

from tests.unit.recognition.scripted import (
    CAPABILITIES,
    OPTIONS,
    SETTINGS,
    Session,
    Speech,
    requests_of,
    session,
)
from vivavoz.recognition.window_recognizer import WindowRecognizer


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


def test_a_speculative_final_that_was_there_already_is_forgotten_when_speech_resumes() -> None:
    played = session("one two three - four five six")
    played.play(until_s=played.speech.words[2].end_s + 0.34)
    assert [request.purpose for request in played.asked].count("final") == 1
    played.play(until_s=played.speech.words[-1].end_s)
    assert played.partials[-1].text.startswith("one two three four")
    played.play(answer=False)
    assert not played.finals
    played.answer_all()
    assert [final.text for final in played.finals] == ["one two three four five six"]


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


def test_a_flush_in_mid_speech_finishes_it() -> None:
    played = session().play(until_s=1.9).stop()
    assert played.text == "my brother works"
    assert played.recognizer.is_settled


def test_speech_goes_on_after_a_flush() -> None:
    played = session("one two three | four five six").play(until_s=2.2).stop()
    played.play().stop()
    assert played.text == "one two three four five six"


def test_finals_have_full_context_where_it_costs_little() -> None:
    speech = Speech.of("one two three")
    recognizer = WindowRecognizer(replace(CAPABILITIES, device="cuda"), OPTIONS, SETTINGS)
    played = Session(speech, recognizer, speech.decode).play(answer=False)
    [final] = [request for request in requests_of(played.jobs) if request.purpose == "final"]
    assert final.full_context
