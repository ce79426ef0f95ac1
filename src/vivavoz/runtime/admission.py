"""Who may start a session now."""

import math
from collections import Counter

from vivavoz.errors import (
    ResourceUnavailableError,
    TooManySessionsError,
    TooManySessionsForAddressError,
)
from vivavoz.settings import Settings

_RETRY_AFTER_S = 10.0


class Admission:
    """Counts sessions in all and per client address, and refuses what would be too many."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_address: Counter[str] = Counter()

    @property
    def sessions(self) -> int:
        """Sessions that were admitted and not yet released."""
        return self._by_address.total()

    def admit(self, address: str, queue_wait_s: float) -> None:
        """Count a session in.

        Raises:
            TooManySessionsError, TooManySessionsForAddressError: a setting's limit.
            ResourceUnavailableError: decodes wait so long that present sessions would suffer.
        """
        limit = self._settings.max_sessions
        if self.sessions >= limit:
            raise TooManySessionsError(
                f"This server holds {limit} sessions, its limit; try again in "
                f"{_RETRY_AFTER_S:.0f} seconds.",
                max_sessions=limit,
                retry_after_s=_RETRY_AFTER_S,
            )
        limit = self._settings.max_sessions_per_address
        if self._by_address[address] >= limit:
            raise TooManySessionsForAddressError(
                f"Your address holds {limit} sessions, the limit for one; finish one first.",
                max_sessions_per_address=limit,
            )
        if queue_wait_s > self._settings.max_queue_wait_s:
            retry_after_s = math.ceil(_RETRY_AFTER_S + queue_wait_s)
            raise ResourceUnavailableError(
                f"This server is busy: text would lag {queue_wait_s:.1f} s behind. Try again in "
                f"{retry_after_s} seconds.",
                queue_wait_s=round(queue_wait_s, 3),
                retry_after_s=retry_after_s,
            )
        self._by_address[address] += 1

    def release(self, address: str) -> None:
        """A session that was admitted has ended."""
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]
