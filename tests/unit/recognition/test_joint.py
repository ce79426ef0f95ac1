"""Where long speech is parted."""

import numpy as np
import pytest

from vivavoz.recognition.engine import SAMPLE_RATE_HZ, Pcm
from vivavoz.recognition.joint import Joint, beginning_as, best_joint, ending_as, quietest_sample
from vivavoz.recognition.transcript import Word

WORDS = [
    Word(" one", 0.0, 1.0, 0.9),
    Word(" two.", 1.0, 2.0, 0.9),
    Word(" three", 2.0, 3.0, 0.9),
    Word(" four", 3.0, 4.0, 0.9),
]

PLAIN = [Word(word.text.strip("."), word.start_s, word.end_s, 0.9) for word in WORDS]


def loud_but(*quiet_s: float) -> Pcm:
    audio = np.random.default_rng(1).standard_normal(4 * SAMPLE_RATE_HZ).astype(np.float32) * 0.3
    for time_s in quiet_s:
        audio[round((time_s - 0.02) * SAMPLE_RATE_HZ) : round((time_s + 0.02) * SAMPLE_RATE_HZ)] = 0
    return audio


def test_the_end_of_a_sentence_is_preferred() -> None:
    joint = best_joint(WORDS, 0.0, loud_but(1.0), earliest_s=0.5, is_urgent=False)
    assert joint is not None
    assert joint.count == 2
    assert abs(joint.sample - 2 * SAMPLE_RATE_HZ) <= 0.06 * SAMPLE_RATE_HZ


def test_the_last_of_several_sentences_is_preferred() -> None:
    words = [Word(f" w{index}.", index, index + 1, 0.9) for index in range(4)]
    joint = best_joint(words, 0.0, loud_but(), earliest_s=0.5, is_urgent=False)
    assert joint is not None
    assert joint.count == 3


def test_else_it_is_parted_where_it_is_quiet() -> None:
    for quiet_s in (1.0, 3.0):
        joint = best_joint(PLAIN, 0.0, loud_but(quiet_s), earliest_s=0.5, is_urgent=False)
        assert joint is not None
        assert joint.count == quiet_s
        assert abs(joint.sample - quiet_s * SAMPLE_RATE_HZ) <= 160


@pytest.mark.parametrize(("gap_db", "is_good"), [(-29.5, False), (-30.5, True)])
def test_a_gap_thirty_decibels_below_the_rest_is_quiet(gap_db: float, is_good: bool) -> None:
    audio = np.full(4 * SAMPLE_RATE_HZ, 0.3, np.float32)
    audio[round(0.94 * SAMPLE_RATE_HZ) : round(1.06 * SAMPLE_RATE_HZ)] *= 10 ** (gap_db / 20)
    joint = best_joint(PLAIN, 0.0, audio, earliest_s=0.5, is_urgent=False)
    assert (joint is not None) == is_good


@pytest.mark.parametrize(("quiet_s", "is_found"), [(1.04, True), (0.96, True), (1.09, False)])
def test_quiet_is_looked_for_close_to_where_a_word_ends(quiet_s: float, is_found: bool) -> None:
    joint = best_joint(PLAIN, 0.0, loud_but(quiet_s), earliest_s=0.5, is_urgent=False)
    assert (joint is not None) == is_found


@pytest.mark.parametrize("end", [".", "?", "!", "…", "。", "？", "！"])
def test_each_end_of_a_sentence_is_known(end: str) -> None:
    words = [Word(f" w{end}", 0.0, 1.0, 0.9), *PLAIN[1:]]
    joint = best_joint(words, 0.0, loud_but(), earliest_s=0.5, is_urgent=False)
    assert joint is not None
    assert joint.count == 1


def test_a_word_may_end_at_the_earliest_time() -> None:
    joint = best_joint(WORDS, 0.0, loud_but(), earliest_s=2.0, is_urgent=False)
    assert joint is not None
    assert joint.count == 2


def test_without_audio_there_is_no_quiet_and_the_last_boundary_will_do_if_need_be() -> None:
    nothing = np.zeros(0, np.float32)
    assert best_joint(PLAIN, 0.0, nothing, earliest_s=0.5, is_urgent=False) is None
    assert best_joint(PLAIN, 0.0, nothing, earliest_s=0.5, is_urgent=True) == Joint(3, 0)


def test_in_the_midst_of_a_sentence_only_when_it_is_urgent() -> None:
    assert best_joint(PLAIN, 0.0, loud_but(), earliest_s=0.5, is_urgent=False) is None
    assert best_joint(PLAIN, 0.0, loud_but(), earliest_s=0.5, is_urgent=True) is not None


@pytest.mark.parametrize(("words", "count"), [(WORDS, 2), (PLAIN, 1)])
def test_a_later_boundary_is_not_better_for_being_later(words: list[Word], count: int) -> None:
    joint = best_joint(words, 0.0, loud_but(1.0), earliest_s=0.5, is_urgent=True)
    assert joint is not None
    assert joint.count == count


def test_a_quiet_point_within_the_next_word_is_not_the_joint() -> None:
    audio = loud_but(3.11)  # as in the closure of a stop consonant
    joint = best_joint(PLAIN, 0.0, audio, earliest_s=2.5, is_urgent=True)
    assert joint is not None
    assert abs(joint.sample - 3 * SAMPLE_RATE_HZ) <= 0.06 * SAMPLE_RATE_HZ


def test_not_before_the_earliest_time_and_not_after_the_last_word() -> None:
    joint = best_joint(WORDS, 0.0, loud_but(), earliest_s=2.5, is_urgent=True)
    assert joint is not None
    assert joint.count == 3
    assert best_joint(WORDS, 0.0, loud_but(), earliest_s=3.5, is_urgent=True) is None
    assert best_joint(WORDS[:1], 0.0, loud_but(), earliest_s=0.0, is_urgent=True) is None
    assert best_joint([], 0.0, loud_but(), earliest_s=0.0, is_urgent=True) is None


def test_times_are_the_sessions() -> None:
    later = [word.shifted(100.0) for word in WORDS]
    joint = best_joint(later, 100.0, loud_but(), earliest_s=100.5, is_urgent=False)
    assert joint == best_joint(WORDS, 0.0, loud_but(), earliest_s=0.5, is_urgent=False)


def test_without_words_the_quietest_point_of_the_end_is_found() -> None:
    audio = loud_but(1.0, 3.5)
    middle_of_the_first_20_ms = round(3.49 * SAMPLE_RATE_HZ)
    assert quietest_sample(audio, within=SAMPLE_RATE_HZ) == middle_of_the_first_20_ms
    assert quietest_sample(loud_but(1.0), within=len(audio) + 1) == round(0.99 * SAMPLE_RATE_HZ)
    assert quietest_sample(loud_but()[:100], within=SAMPLE_RATE_HZ) == 100


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(f" {token}", 0.0, 0.1, 0.9) for token in text.split())


def text(parts: tuple[Word, ...]) -> str:
    return "".join(part.text for part in parts).strip()


@pytest.mark.parametrize(
    ("decoded", "whole"),
    [
        ("I buy ten", "I buy ten"),
        ("I buy", "I buy ten"),
        ("I buy ten ca", "I buy ten"),
        ("We buy ten.", "We buy ten."),
        ("I buy ten ten", "I buy ten ten"),
        ("I a b", "I buy ten"),
        ("I a b c", "I a b c"),
        ("quite another thing", "quite another thing"),
        ("", ""),
    ],
)
def test_what_a_joint_took_or_left_at_the_end_is_put_right(decoded: str, whole: str) -> None:
    assert text(ending_as(words("I buy ten"), words(decoded))) == whole


@pytest.mark.parametrize(
    ("decoded", "whole"),
    [
        ("Cars on Monday", "Cars on Monday"),
        ("on Monday", "cars on Monday"),
        ("en cars on Monday", "cars on Monday"),
        ("a b cars on Monday", "cars on Monday"),
        ("a b on Monday", "cars on Monday"),
        ("a b c cars Monday", "a b c cars Monday"),
        ("quite another thing", "quite another thing"),
    ],
)
def test_what_a_joint_took_or_left_at_the_start_is_put_right(decoded: str, whole: str) -> None:
    assert text(beginning_as(words("cars on"), words(decoded))) == whole


def test_where_there_was_no_joint_nothing_is_changed() -> None:
    assert ending_as((), words("I buy ten")) == words("I buy ten")
    assert beginning_as((), words("I buy ten")) == words("I buy ten")
