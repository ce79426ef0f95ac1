"""Words and what is drawn from them."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoz.recognition.transcript import Word, confidence_of, text_of


def test_text_keeps_the_engines_spacing() -> None:
    assert text_of([Word(" Hello,", 0, 1, 1), Word(" you", 1, 2, 1), Word("'ll", 2, 3, 1)]) == (
        "Hello, you'll"
    )


def test_a_long_word_weighs_more() -> None:
    assert confidence_of([Word("a", 0, 3, 1.0), Word("b", 3, 4, 0.0)]) == 0.75


@given(
    st.lists(
        st.builds(
            Word,
            st.text(),
            st.floats(0, 3600),
            st.floats(0, 3600),
            st.floats(0, 1),
        )
    )
)
def test_confidence_is_a_share(words: list[Word]) -> None:
    assert 0.0 <= confidence_of(words) <= 1.0
    assert confidence_of([]) == 0.0
