"""When a session must be looked at again, with time as an argument."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of both clocks: ``monotonic_s`` to measure by, ``wall`` to show."""

    monotonic_s: float
    wall: datetime


class Deadline(StrEnum):
    """What can run out."""

    CONNECT = "connect"
    IDLE = "idle"
    RESUME = "resume"
    GAP = "gap"
    DURATION_WARNING = "duration_warning"
    DURATION = "duration"
    METRICS = "metrics"


class Deadlines:
    """Named times on the monotonic clock, each set, cleared and due on its own."""

    def __init__(self) -> None:
        self._at: dict[Deadline, float] = {}

    def set(self, deadline: Deadline, at_s: float) -> None:
        """Let ``deadline`` run out at that time, in place of an earlier setting."""
        self._at[deadline] = at_s

    def clear(self, *deadlines: Deadline) -> None:
        """Let these never run out."""
        for deadline in deadlines:
            self._at.pop(deadline, None)

    def has(self, deadline: Deadline) -> bool:
        """Whether this one is set."""
        return deadline in self._at

    def next_at(self) -> float | None:
        """The earliest time at which something runs out."""
        return min(self._at.values(), default=None)

    def pop_due(self, now_s: float) -> list[Deadline]:
        """Those that have run out, earliest first; they are cleared."""
        due = sorted((at, deadline) for deadline, at in self._at.items() if at <= now_s)
        for _, deadline in due:
            del self._at[deadline]
        return [deadline for _, deadline in due]
