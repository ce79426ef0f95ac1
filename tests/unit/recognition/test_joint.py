"""Where long speech is parted."""

import numpy as np

from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm
from vivavoz.recognition.joint import best_joint, quietest_sample
from vivavoz.recognition.transcript import Word

WORDS = [
    Word(" one", 0.0, 1.0, 0.9),
    Word(" two.", 1.0, 2.0, 0.9),
    Word(" three", 2.0, 3.0, 0.9),
    Word(" four", 3.0, 4.0, 0.9),
]


def loud_but(*quiet_s: float) -> Pcm:
    audio = np.random.default_rng(1).standard_normal(4 * SAMPLE_RATE_HZ).astype(np.float32) * 0.3
    for time_s in quiet_s:
        audio[round((time_s - 0.02) * SAMPLE_RATE_HZ) : round((time_s + 0.02) * SAMPLE_RATE_HZ)] = 0
    return audio


def test_the_end_of_a_sentence_is_preferred() -> None:
    assert best_joint(WORDS, 0.0, loud_but(), earliest_s=0.5) == 2


def test_else_it_is_parted_where_it_is_quiet() -> None:
    plain = [Word(word.text.strip("."), word.start_s, word.end_s, 0.9) for word in WORDS]
    assert best_joint(plain, 0.0, loud_but(3.0), earliest_s=0.5) == 3
    assert best_joint(plain, 0.0, loud_but(1.0), earliest_s=0.5) == 1


def test_not_before_the_earliest_time_and_not_after_the_last_word() -> None:
    assert best_joint(WORDS, 0.0, loud_but(), earliest_s=2.5) == 3
    assert best_joint(WORDS, 0.0, loud_but(), earliest_s=3.5) is None
    assert best_joint(WORDS[:1], 0.0, loud_but(), earliest_s=0.0) is None


def test_times_are_the_sessions() -> None:
    later = [word.shifted(100.0) for word in WORDS]
    assert best_joint(later, 100.0, loud_but(), earliest_s=100.5) == 2


def test_the_quietest_point_is_found_within_the_search() -> None:
    audio = loud_but(2.05)
    near = 2 * SAMPLE_RATE_HZ
    assert abs(quietest_sample(audio, near) - 2.05 * SAMPLE_RATE_HZ) <= 320
    assert abs(quietest_sample(audio, near, within=320) - near) <= 640
    assert quietest_sample(audio[:0], 100) == 0
