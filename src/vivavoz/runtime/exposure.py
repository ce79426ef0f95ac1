"""Whether the server may listen where it was told to."""

import ipaddress

from vivavoz.errors import AddressNotProtectedError
from vivavoz.settings import Settings


def require_protection(settings: Settings) -> None:
    """Make sure that a server which other machines reach asks for a key, or was told not to.

    Raises:
        AddressNotProtectedError: it does not.
    """
    if settings.auth or settings.allow_unauthenticated or is_loopback(settings.host):
        return
    raise AddressNotProtectedError(
        f"At {settings.host} anybody who reaches this machine could read every transcript: run "
        "`vivavoz keys add NAME` and start with --auth, or start with --allow-unauthenticated.",
        host=settings.host,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
