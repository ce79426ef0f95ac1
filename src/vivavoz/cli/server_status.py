"""Whether a server answers at an address, and whether its model is there."""

import json
import urllib.error
import urllib.request
from enum import StrEnum
from http import HTTPStatus

from vivavoz.client.address import http_url, socket_url

_TIMEOUT_S = 3.0


class ServerStatus(StrEnum):
    """What ``/api/streaming/status`` says; ``locked``: nothing, without another API key."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    LOCKED = "locked"


def fetch_status(url: str, api_key: str | None = None) -> ServerStatus | None:
    """The status of the server at ``url``; none if there is no Vivavoz server. Blocks for seconds
    at most."""
    status_url = f"{http_url(socket_url(url))}/api/streaming/status"
    if not status_url.startswith(("http://", "https://")):
        return None
    headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
    request = urllib.request.Request(status_url, headers=headers)  # noqa: S310 - HTTP, see above
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the same
            return ServerStatus(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return ServerStatus.LOCKED if error.code == HTTPStatus.UNAUTHORIZED else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
