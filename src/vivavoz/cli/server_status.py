"""Whether a server answers at an address, and whether its model is there."""

import json
import urllib.error
import urllib.request
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

_TIMEOUT_S = 3.0


class ServerStatus(StrEnum):
    """What ``/api/streaming/status`` says."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


def fetch_status(url: str) -> ServerStatus | None:
    """The status of the server at ``url``; none if there is no Vivavoz server. Blocks for seconds
    at most."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    if scheme not in ("http", "https"):
        return None
    status_url = urlunsplit((scheme, parts.netloc, "/api/streaming/status", "", ""))
    try:
        with urllib.request.urlopen(status_url, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            return ServerStatus(json.load(answer)["status"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
