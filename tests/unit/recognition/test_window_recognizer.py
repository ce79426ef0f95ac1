"""The recogniser over window engines from end to end, whatever the order of the answers."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.recognition.scripted import CAPABILITIES, OPTIONS, SETTINGS, session
from vivavoz.recognition.engine import SAMPLE_RATE_HZ
from vivavoz.recognition.window_recognizer import WindowRecognizer


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
