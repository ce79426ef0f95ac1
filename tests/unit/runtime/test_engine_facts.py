"""What a client is told of an engine that cannot do all that it asks for."""

from dataclasses import replace

import pytest

from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.runtime.engine_facts import shortcomings
from vivavoz.session.events import RecordingOptions, WarningCode

ABLE = EngineCapabilities(
    name="able",
    model="m",
    device="cpu",
    languages=frozenset({"en"}),
    detects_language=True,
    takes_prompts=True,
)
UNABLE = replace(ABLE, name="plain", detects_language=False, takes_prompts=False)
ALL = RecordingOptions(initial_prompt="About Vivavoz.", hotwords="Vivavoz")


def codes(
    capabilities: EngineCapabilities, language: str | None, options: RecordingOptions
) -> list[str]:
    return [warned.code for warned in shortcomings(capabilities, language, options)]


def test_an_engine_that_can_do_it_all_falls_short_of_nothing() -> None:
    assert codes(ABLE, None, ALL) == []


def test_who_asks_for_nothing_is_told_nothing() -> None:
    assert codes(UNABLE, "en", RecordingOptions(initial_prompt="", hotwords=None)) == []


def test_each_shortcoming_is_told() -> None:
    assert codes(UNABLE, None, ALL) == [WarningCode.PROMPTS_IGNORED, WarningCode.LANGUAGE_ASSUMED]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (RecordingOptions(hotwords="Vivavoz"), ["hotwords"]),
        (RecordingOptions(initial_prompt="About Vivavoz."), ["initial_prompt"]),
        (ALL, ["initial_prompt", "hotwords"]),
    ],
)
def test_ignored_prompts_are_named(options: RecordingOptions, names: list[str]) -> None:
    [warned] = shortcomings(UNABLE, "en", options)
    assert warned.details == {"options": names}
    assert warned.message.endswith(f"it ignores {' and '.join(names)}.")
    assert "Vivavoz" not in warned.message  # prompts may be private
