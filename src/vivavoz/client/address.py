"""Addresses of a server: of its WebSocket, and of its other paths."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TO_SOCKET = {"http": "ws", "https": "wss"}
_FROM_SOCKET = {"ws": "http", "wss": "https"}


def socket_url(address: str) -> str:
    """The WebSocket address of a server, given as that or as the page's ``http://host:port/path/``."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    scheme = _TO_SOCKET.get(parts.scheme, parts.scheme)
    path = f"{parts.path.rstrip('/').removesuffix('/ws')}/ws"
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))


def http_url(socket_address: str) -> str:
    """Where the paths of the server begin whose WebSocket that is; it may lie under a prefix."""
    parts = urlsplit(socket_address)
    scheme = _FROM_SOCKET.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, parts.path.removesuffix("/ws"), "", ""))


def with_query(url: str, query: dict[str, str]) -> str:
    """The address with these parameters besides its own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *query.items()])))


def without_query(url: str) -> str:
    """The address as a person may see it."""
    return urlunsplit(urlsplit(url)._replace(query=""))


def is_loopback(url: str) -> bool:
    """Whether it is this machine: no proxy leads there."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
