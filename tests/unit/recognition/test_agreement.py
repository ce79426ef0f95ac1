"""Which words are stable."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoz.recognition.agreement import LocalAgreement, common_prefix, normalised
from vivavoz.recognition.transcript import Word


def words(text: str) -> tuple[Word, ...]:
    tokens = enumerate(text.split())
    return tuple(Word(f" {token}", float(index), index + 0.5, 0.9) for index, token in tokens)


TEXTS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6).map(" ".join)


def test_a_word_is_stable_once_two_hypotheses_agree_on_it() -> None:
    agreement = LocalAgreement()
    agreement.update(words("I want"))
    assert not agreement.stable_words
    agreement.update(words("I want to go"))
    assert [word.text for word in agreement.stable_words] == [" I", " want"]


def test_punctuation_and_case_must_agree_too() -> None:
    agreement = LocalAgreement()
    agreement.update(words("one two."))
    agreement.update(words("one two, three"))
    assert [word.text for word in agreement.stable_words] == [" one"]


def test_a_contradiction_takes_stability_back() -> None:
    agreement = LocalAgreement()
    for text in ("one two", "one two", "one ten"):
        agreement.update(words(text))
    assert [word.text for word in agreement.stable_words] == [" one"]


@given(st.lists(TEXTS, min_size=1))
def test_the_stable_words_begin_the_newest_hypothesis(texts: list[str]) -> None:
    agreement = LocalAgreement()
    for text in texts:
        before = agreement.words
        agreement.update(words(text))
        assert agreement.words == words(text)
        assert agreement.stable_words == words(text)[: common_prefix(before, words(text))]


@given(TEXTS, TEXTS, st.integers(0, 6))
def test_a_split_loses_no_word(first: str, second: str, count: int) -> None:
    agreement = LocalAgreement()
    agreement.update(words(first))
    agreement.update(words(second))
    stable = agreement.stable_words
    rest = agreement.split(count)
    assert agreement.words + rest.words == words(second)
    assert agreement.stable_words + rest.stable_words == stable


def test_normalised_words_have_no_case_and_no_punctuation() -> None:
    assert [normalised(text) for text in (" ¿Dónde", " Mañana,", "...")] == ["dónde", "mañana", ""]
