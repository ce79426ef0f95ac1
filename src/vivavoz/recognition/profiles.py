"""The presets of ``--profile`` as data, and the numbers that a recogniser works with."""

from dataclasses import dataclass, replace
from typing import Self

from vivavoz.settings import Profile, Settings
from vivavoz.vad.segmenter import EndpointRules

LONGEST_UTTERANCE_S = 24.0
"""Beyond it a window that is overdue for parting would outgrow the 30 s that Whisper sees."""


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """How much a decode spends.

    The encoder sees the audio plus ``margin_s`` of padding, at least ``floor_s``, or the model's
    whole window when ``full_context``. Windows of less than about 3.5 s, and margins of much less
    than 2 s, cost accuracy (whisper.cpp #1855, CTranslate2 #2100).
    """

    beam_size: int
    margin_s: float
    floor_s: float
    full_context: bool = False


@dataclass(frozen=True, slots=True)
class ProfilePlan:
    """One preset: how often partials are decoded, and what partials and finals spend.

    ``first_partial_ms``: speech before an utterance's first partial, and before the next after a
    short pause. ``pause_cut_s``: from this
    length on the first short pause ends an utterance. ``joint_search_s``: how long before its limit
    a window without a pause may be parted.
    """

    partial_interval_ms: int
    first_partial_ms: int
    pause_cut_s: float
    joint_search_s: float
    partial: WindowPlan
    final: WindowPlan

    def on(self, device: str) -> Self:
        """The same preset on a device: where encoding costs little, finals have full context."""
        return self.with_full_finals() if device == "cuda" else self

    def with_full_finals(self) -> Self:
        """The same preset with finals decoded in the model's whole window."""
        return replace(self, final=replace(self.final, full_context=True))


PROFILES: dict[Profile, ProfilePlan] = {
    Profile.LIVE: ProfilePlan(
        partial_interval_ms=300,
        first_partial_ms=300,
        pause_cut_s=8.0,
        joint_search_s=4.0,
        partial=WindowPlan(beam_size=1, margin_s=2.5, floor_s=3.5),
        final=WindowPlan(beam_size=5, margin_s=2.5, floor_s=10.0),
    ),
    Profile.BALANCED: ProfilePlan(
        partial_interval_ms=600,
        first_partial_ms=500,
        pause_cut_s=8.0,
        joint_search_s=4.0,
        partial=WindowPlan(beam_size=1, margin_s=2.5, floor_s=3.5),
        final=WindowPlan(beam_size=5, margin_s=2.5, floor_s=10.0),
    ),
    Profile.FRUGAL: ProfilePlan(
        partial_interval_ms=1000,
        first_partial_ms=500,
        pause_cut_s=6.0,
        joint_search_s=4.0,
        partial=WindowPlan(beam_size=1, margin_s=2.0, floor_s=3.5),
        final=WindowPlan(beam_size=1, margin_s=2.5, floor_s=10.0),
    ),
}


@dataclass(frozen=True, slots=True)
class RecognizerSettings:
    """Everything that a recogniser is told by the server, once for all sessions."""

    rules: EndpointRules
    plan: ProfilePlan
    max_utterance_s: float = 18.0
    redetect_language: bool = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The numbers that the server's settings stand for."""
        plan = PROFILES[settings.profile]
        return cls(
            rules=EndpointRules(
                start_threshold=settings.vad_start_threshold,
                stop_threshold=settings.vad_stop_threshold,
                min_speech_ms=settings.vad_min_speech_ms,
                pre_roll_ms=settings.vad_pre_roll_ms,
                speculative_ms=settings.vad_speculative_ms,
                endpoint_ms=settings.vad_endpoint_ms,
            ),
            plan=plan.with_full_finals() if settings.full_context_finals else plan,
            max_utterance_s=min(settings.max_utterance_s, LONGEST_UTTERANCE_S),
            redetect_language=settings.redetect_language,
        )
