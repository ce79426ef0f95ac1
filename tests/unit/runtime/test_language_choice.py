"""The language of a session, and what one is told whose language the engine does not know."""

from dataclasses import replace

import pytest

from vivavoz.errors import LanguageNotSupportedError
from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.runtime.engine_facts import chosen_language

ENGLISH = EngineCapabilities(
    name="plain",
    model="m",
    device="cpu",
    languages=frozenset({"en"}),
    detects_language=False,
    takes_prompts=False,
)
MANY = replace(ENGLISH, languages=frozenset({"en", "es", "fr"}), detects_language=True)


def test_who_speaks_a_language_that_one_engine_lacks_is_told_of_another_engine() -> None:
    with pytest.raises(LanguageNotSupportedError) as refused:
        chosen_language("es", None, ENGLISH)
    assert "--engine whisper" in refused.value.message
    assert refused.value.message.endswith("or choose en.")


def test_who_misspells_a_language_is_told_where_they_are_listed() -> None:
    with pytest.raises(LanguageNotSupportedError) as refused:
        chosen_language("xx", None, MANY)
    assert "--engine" not in refused.value.message
    assert "one of its 3 languages" in refused.value.message
    assert refused.value.details == {"language": "xx", "languages": ["en", "es", "fr"]}
