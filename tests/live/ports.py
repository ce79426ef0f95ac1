"""Ports for servers that keep theirs over a restart."""

import secrets
import socket

_PORTS = range(20_000, 30_000)
"""Below those that systems give to outgoing connections: nobody takes one while its server is
down, and no client that tries to reach that server meets itself."""


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    while True:
        with socket.socket() as probe:
            try:
                port = secrets.choice(_PORTS)
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
