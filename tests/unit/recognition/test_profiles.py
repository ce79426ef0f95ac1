"""The presets, and what a recogniser takes from the settings."""

import pytest

from vivavoz.recognition.profiles import LONGEST_UTTERANCE_S, PROFILES, RecognizerSettings
from vivavoz.settings import Profile, Settings
from vivavoz.vad.segmenter import EndpointRules


def settings(**given: object) -> RecognizerSettings:
    return RecognizerSettings.from_settings(Settings.model_validate(given))


def test_the_settings_reach_the_recogniser() -> None:
    told = settings(
        profile="live",
        vad_start_threshold=0.6,
        vad_stop_threshold=0.3,
        vad_min_speech_ms=64,
        vad_pre_roll_ms=200,
        vad_speculative_ms=150,
        vad_endpoint_ms=700,
        max_utterance_s=15.0,
        redetect_language=True,
    )
    rules = told.rules
    assert (rules.start_threshold, rules.stop_threshold) == (0.6, 0.3)
    assert (rules.min_speech_ms, rules.pre_roll_ms) == (64, 200)
    assert (rules.speculative_ms, rules.endpoint_ms) == (150, 700)
    assert told.plan is PROFILES[Profile.LIVE]
    assert told.max_utterance_s == 15.0
    assert told.redetect_language


def test_what_a_segmenter_assumes_is_what_the_settings_say() -> None:
    assert settings().rules == EndpointRules()


def test_finals_have_full_context_when_the_settings_say_so() -> None:
    assert not settings().plan.final.full_context
    plan = settings(profile="frugal", full_context_finals=True).plan
    assert plan.final.full_context
    assert not plan.partial.full_context
    assert plan.partial_interval_ms == PROFILES[Profile.FRUGAL].partial_interval_ms


def test_no_window_may_outgrow_what_whisper_sees() -> None:
    assert settings(max_utterance_s=120.0).max_utterance_s == LONGEST_UTTERANCE_S


def test_live_comes_most_often_and_frugal_least() -> None:
    live, balanced, frugal = (PROFILES[profile] for profile in Profile)
    assert live.partial_interval_ms < balanced.partial_interval_ms < frugal.partial_interval_ms
    assert live.first_partial_ms <= balanced.first_partial_ms <= frugal.first_partial_ms


@pytest.mark.parametrize("profile", list(Profile))
def test_partials_are_greedy_and_no_window_is_too_small_to_be_accurate(profile: Profile) -> None:
    plan = PROFILES[profile]
    assert plan.partial.beam_size == 1
    assert plan.partial.floor_s >= 3.5
    assert plan.final.floor_s >= 10.0
    assert min(plan.partial.margin_s, plan.final.margin_s) >= 2.0


@pytest.mark.parametrize("profile", list(Profile))
def test_by_default_finals_have_full_context_on_cuda_only(profile: Profile) -> None:
    plan = PROFILES[profile]
    assert plan.on("cuda").final.full_context
    assert not plan.on("cuda").partial.full_context
    assert plan.on("cpu") is plan
