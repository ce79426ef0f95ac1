"""What happens when one of a session's deadlines has passed."""

from typing import Protocol

from vivavoz.errors import (
    ConnectionLostError,
    ConnectTimeoutError,
    DurationLimitReachedError,
    IdleTimeoutError,
    VivavozError,
)
from vivavoz.session.deadlines import Deadline, Moment
from vivavoz.session.session import Session


class Expiring(Protocol):
    """What may be done to a session whose time has come."""

    @property
    def session(self) -> Session:
        """Its rules."""

    def give_up_gap(self) -> None:
        """Go on without chunks that never came."""

    def measure(self) -> None:
        """Send one measurement."""

    def finalize(self, outcome: str, error: VivavozError | None = None) -> None:
        """End the recording; what was said is kept."""

    def fail(self, error: VivavozError) -> None:
        """End the session without a transcript."""


def run_out(session: Expiring, deadline: Deadline, at: Moment) -> None:
    """Apply a deadline that has passed."""
    rules = session.session.rules
    match deadline:
        case Deadline.METRICS:
            session.measure()
        case Deadline.GAP:
            session.give_up_gap()
        case Deadline.DURATION_WARNING:
            session.session.warn_of_duration_limit(at)
        case Deadline.DURATION:
            limit_s = session.session.entity.duration_limit
            reached = DurationLimitReachedError(
                f"The session reached its limit of {limit_s} seconds and is saved. "
                "Start a new one to go on.",
                duration_limit=limit_s,
            )
            session.finalize("duration_limit", reached)
        case Deadline.CONNECT:
            session.fail(
                ConnectTimeoutError(
                    f"No message came within {rules.connect_timeout_s:.0f} s of connecting. "
                    "Connect again and send start_recording.",
                    connect_timeout_s=rules.connect_timeout_s,
                )
            )
        case Deadline.IDLE:
            idle = IdleTimeoutError(
                f"Nothing came for {rules.idle_timeout_s:.0f} s; what was said is saved. "
                "Start a new session to go on.",
                idle_timeout_s=rules.idle_timeout_s,
            )
            session.finalize("idle_timeout", idle)
        case Deadline.RESUME:
            lost = ConnectionLostError(
                f"The client did not come back within {rules.resume_window_s:.0f} s.",
                resume_window_s=rules.resume_window_s,
            )
            session.finalize("connection_lost", lost)
