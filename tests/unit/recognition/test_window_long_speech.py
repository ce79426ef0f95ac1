"""Speech without an end: partials see its newest part, and finals part it."""

from dataclasses import replace

from tests.unit.recognition.scripted import CAPABILITIES, LONG, OPTIONS, SETTINGS, session
from vivavoz.recognition.engine import DecodeRequest, DecodeResult
from vivavoz.recognition.window_recognizer import WindowRecognizer


def test_words_are_aligned_only_where_their_times_are_needed() -> None:
    played = session(LONG, word_s=0.25, gap_s=0.05)
    played.play(until_s=25.0).stop()
    partials = [request for request in played.asked if request.purpose == "partial"]
    first = partials[: next(i for i, r in enumerate(partials) if r.word_times)]
    assert len(first) > 5
    assert first[-1].duration_s < 5.0 <= partials[len(first)].duration_s
    assert 0.2 < sum(request.word_times for request in partials) / len(partials) < 0.7
    assert all(request.word_times for request in played.asked if request.purpose == "final")


def test_partials_of_long_speech_decode_only_its_newest_part() -> None:
    played = session(LONG, word_s=0.25, gap_s=0.05)
    played.play(until_s=13.0)
    interval_s = SETTINGS.plan.partial_interval_ms / 1000
    assert not played.finals
    assert max(request.duration_s for request in played.asked) < 5.0 + 2 * interval_s
    assert all(len(request.prefix) >= 2 for request in played.asked[3:])
    for shown in played.partials:
        assert played.speech.text.startswith(shown.text)
        assert shown.stable_text == shown.text[: len(shown.stable_text)]
    assert len(played.partials[-1].words) >= 38
    played.play().stop()
    assert played.text == played.speech.text
    finals = [request for request in played.asked if request.purpose == "final"]
    assert max(request.duration_s for request in finals) > 10.0


def test_a_doubtful_partial_of_long_speech_is_decoded_again_with_all_of_it() -> None:
    played = session(LONG, word_s=0.25, gap_s=0.05)

    def decode(request: DecodeRequest) -> DecodeResult:
        is_short = request.duration_s < 5.0 and not request.full_context
        doubtful = is_short and len(played.asked) > 12
        return replace(played.speech.decode(request), truncated=doubtful)

    played.decode = decode
    played.play(until_s=10.0)
    again = [request for request in played.asked if request.full_context]
    assert again
    assert again[0].duration_s > 6.0
    assert len(again[0].prefix) > len(played.asked[played.asked.index(again[0]) - 1].prefix)
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


def test_a_monologue_is_finalised_piece_by_piece_and_nothing_is_lost_or_doubled() -> None:
    played = session(LONG).play().stop()
    assert played.text == LONG
    assert len(played.finals) >= 3
    assert max(final.end_s - final.start_s for final in played.finals) <= SETTINGS.max_utterance_s


def test_no_window_passes_its_limit() -> None:
    played = session(LONG).play().stop()
    assert max(request.duration_s for request in played.asked) <= SETTINGS.max_utterance_s


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
