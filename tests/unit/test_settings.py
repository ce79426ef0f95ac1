"""Settings that must fit each other."""

import pytest
from pydantic import ValidationError

from vivavoz.session.broken_rule import broken_rule
from vivavoz.settings import Settings


def test_the_stop_threshold_must_not_exceed_the_start_threshold() -> None:
    assert Settings(vad_start_threshold=0.3, vad_stop_threshold=0.3).vad_stop_threshold == 0.3
    with pytest.raises(ValidationError) as refused:
        Settings(vad_start_threshold=0.3)
    assert broken_rule(refused.value) == (
        "vad_stop_threshold",
        "breaks a rule: it must not exceed vad_start_threshold (0.3)",
    )
