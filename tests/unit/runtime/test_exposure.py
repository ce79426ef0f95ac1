"""A server that other machines reach asks for keys, or was told not to."""

import pytest

from vivavoz.app import create_app
from vivavoz.errors import AddressNotProtectedError
from vivavoz.runtime.exposure import is_loopback, require_protection
from vivavoz.settings import Settings

LOOPBACK = ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - never bound
BEYOND = [EVERYWHERE, "::", "", "192.168.1.5", "::ffff:192.168.1.5", "example.org", "localhost.org"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_needs_no_keys(host: str) -> None:
    assert is_loopback(host)
    require_protection(Settings(host=host))


@pytest.mark.parametrize("host", BEYOND)
def test_beyond_loopback_both_ways_out_are_named(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(AddressNotProtectedError) as refusal:
        require_protection(Settings(host=host))
    assert "vivavoz keys add NAME" in refusal.value.message
    assert "--auth" in refusal.value.message
    assert "--allow-unauthenticated" in refusal.value.message


@pytest.mark.parametrize("way_out", ["auth", "allow_unauthenticated"])
def test_either_way_out_will_do(way_out: str) -> None:
    require_protection(Settings.model_validate({"host": EVERYWHERE, way_out: True}))


def test_an_application_that_anybody_could_use_is_not_even_built() -> None:
    with pytest.raises(AddressNotProtectedError):
        create_app(Settings(host=EVERYWHERE))
