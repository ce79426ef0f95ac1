"""Variables that are meant to be settings."""

import pytest

from vivavoz.cli.settings_options import misspelt, settings_from
from vivavoz.settings import Settings


def test_a_name_that_is_nearly_a_settings_is_told_with_the_nearest() -> None:
    assert list(misspelt(["VIVAVOZ_MAX_SESION", "PATH", "VIVAVOZ_XYZZY"])) == [
        "VIVAVOZ_MAX_SESION is no setting: did you mean VIVAVOZ_MAX_SESSIONS?",
        "VIVAVOZ_XYZZY is no setting: docs/settings.md lists them all.",
    ]


def test_every_setting_and_the_clients_key_are_known() -> None:
    names = [f"VIVAVOZ_{field.upper()}" for field in Settings.model_fields]
    assert list(misspelt([*names, "VIVAVOZ_API_KEY"])) == []


def test_it_is_told_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIVAVOZ_PROT", "9000")
    assert settings_from().port == Settings().port
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "VIVAVOZ_PROT is no setting: did you mean VIVAVOZ_PORT?\n"
