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


@pytest.mark.parametrize("value", ["https://one.example", '"https://one.example"', "{}"])
def test_what_is_no_list_of_origins_is_refused_in_words(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOZ_ALLOWED_ORIGINS", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert broken_rule(refused.value) == (
        "allowed_origins",
        'must be a JSON list, such as ["https://dictate.example.org"]',
    )


def test_an_origin_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOZ_ALLOWED_ORIGINS", '["https://one.example", 1]')
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert broken_rule(refused.value) == ("allowed_origins.1", "must be text")


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


def test_everything_lies_in_the_data_folder_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    assert Settings().data_dir.name == "vivavoz"
    settings = Settings(data_dir=tmp_path)
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path / 'vivavoz.db'}"
    assert settings.transcripts_dir == tmp_path / "transcripts"
    elsewhere = "postgresql+psycopg://server/vivavoz"
    assert Settings(data_dir=tmp_path, database_url=elsewhere).sqlalchemy_url == elsewhere
