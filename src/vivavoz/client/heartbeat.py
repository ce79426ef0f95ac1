"""How a client finds out that its connection is dead. [pure]"""

PING_INTERVAL_S = 4.0
SILENCE_LIMIT_S = 15.0


class Heartbeat:
    """Asks an open connection for a sign of life now and then, and says how long it was silent.

    Args:
        now_s: since when the other side is listened to.
    """

    def __init__(self, now_s: float) -> None:
        self._heard_at_s = now_s
        self._ping_at_s: float | None = None
        self._ping_is_due = False

    def opening(self, now_s: float) -> None:
        """A connection is being opened; there is nobody to ask yet."""
        self._heard_at_s = now_s
        self._ping_at_s = None
        self._ping_is_due = False

    def opened(self, now_s: float) -> None:
        """The connection is open."""
        self._ping_at_s = now_s + PING_INTERVAL_S

    def heard(self, now_s: float) -> None:
        """Anything came from the other side."""
        self._heard_at_s = now_s

    def tick(self, now_s: float) -> bool:
        """Time passed. Whether the connection is alive."""
        if self._ping_at_s is not None and now_s >= self._ping_at_s:
            self._ping_at_s = now_s + PING_INTERVAL_S
            self._ping_is_due = True
        return now_s < self._heard_at_s + SILENCE_LIMIT_S

    def take_ping(self) -> bool:
        """Whether a ping has to go out now; told once."""
        is_due, self._ping_is_due = self._ping_is_due, False
        return is_due

    @property
    def next_tick_s(self) -> float:
        """When ``tick`` has to be called."""
        silent_at_s = self._heard_at_s + SILENCE_LIMIT_S
        return silent_at_s if self._ping_at_s is None else min(silent_at_s, self._ping_at_s)
