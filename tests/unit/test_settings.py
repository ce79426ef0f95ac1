"""Settings that must fit each other."""

from pathlib import Path

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
        "must not exceed vad_start_threshold (0.3)",
    )


def test_origins_are_a_json_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOZ_ALLOWED_ORIGINS", '["https://one.example", "https://two.example"]')
    assert Settings().allowed_origins == ("https://one.example", "https://two.example")


@pytest.mark.parametrize("value", ["https://one.example", '"https://one.example"', "{}", "[1]"])
def test_what_is_no_list_of_origins_is_refused_in_words(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOZ_ALLOWED_ORIGINS", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    field, rule = broken_rule(refused.value)
    assert field.startswith("allowed_origins")
    assert "must be" in rule


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("language", "Spanish", "must be a language code such as es or en"),
        ("log_level", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
        ("port", 65_536, "must be at most 65535"),
    ],
)
def test_a_broken_rule_is_told_in_words(field: str, value: object, rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({field: value})
    assert broken_rule(refused.value) == (field, rule)


def test_the_data_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(ValidationError) as refused:
        Settings(data_dir=tmp_path / "taken")
    assert broken_rule(refused.value) == ("data_dir", "must be a folder, not a file")
    assert Settings(data_dir=tmp_path / "new").data_dir == tmp_path / "new"
