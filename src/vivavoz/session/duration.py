"""[pure] How long a session may last."""

from vivavoz.session.deadlines import Deadline, Deadlines, Moment
from vivavoz.session.entities import StreamingSession


class DurationLimit:
    """The end of a session's time, counted from its start whatever the wall clock does later.

    Args:
        entity: the session, with its start and its limit.
        deadlines: the session's; its end is set among them.
        at: this moment.
    """

    def __init__(self, entity: StreamingSession, deadlines: Deadlines, at: Moment) -> None:
        elapsed_s = max((at.wall - entity.start_time).total_seconds(), 0.0)
        self._deadlines = deadlines
        self._ends_at_s = at.monotonic_s + entity.duration_limit - elapsed_s
        deadlines.set(Deadline.DURATION, self._ends_at_s)

    def expect_warning(self, before_s: float) -> None:
        """Let the client that is there now be warned so long before the end, or at once where less
        is left."""
        if self._deadlines.has(Deadline.DURATION):
            self._deadlines.set(Deadline.DURATION_WARNING, self._ends_at_s - before_s)

    def remaining_s(self, at: Moment) -> int:
        """Whole seconds until the end."""
        return max(round(self._ends_at_s - at.monotonic_s), 0)
