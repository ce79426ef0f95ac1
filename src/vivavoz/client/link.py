"""How a client stands with its server. [pure]"""

from enum import StrEnum


class Link(StrEnum):
    """How the client stands with the server.

    ``waiting``: to connect at ``connect_at_s``. ``connecting``: opened or opening, not greeted yet.
    ``open``: at work. ``blocked``: all attempts failed; what is recorded is only kept.
    ``gone``: the server closed the session before the recording was over; what it has not stored is
    kept, to be uploaded. ``uploading``: just that. ``refused``: the server ended it and will not
    have the session back. ``completed``: the end.
    """

    WAITING = "waiting"
    CONNECTING = "connecting"
    OPEN = "open"
    BLOCKED = "blocked"
    GONE = "gone"
    UPLOADING = "uploading"
    REFUSED = "refused"
    COMPLETED = "completed"
