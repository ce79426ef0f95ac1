"""Sessions that an earlier process left behind, and what has been kept for long enough."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog

from vivavoz.errors import StorageFailedError
from vivavoz.runtime.memory import give_back_unused
from vivavoz.runtime.ports import TranscriptStore
from vivavoz.runtime.services import Services
from vivavoz.session.entities import SessionStatus
from vivavoz.session.records import UnfinishedSession

_EVERY_S = 60.0
_OUTCOME = "server_restarted"
log = structlog.get_logger(__name__)


class Leftovers:
    """Finishes, once their clients had time to come back, sessions that no process holds, and
    deletes what has been kept for long enough.

    Args:
        services: the server's.
        store: where they are.
        is_live: whether a session is in this process's hands.
        until_loaded: waits for the engine: no client can come back before it is there.
        purge_deleted: deletes for good the transcripts that can no longer be brought back. Blocks.
    """

    def __init__(
        self,
        services: Services,
        store: TranscriptStore,
        is_live: Callable[[UUID], bool],
        until_loaded: Callable[[], Awaitable[object]],
        purge_deleted: Callable[[], object],
    ) -> None:
        self._services = services
        self._store = store
        self._is_live = is_live
        self._until_loaded = until_loaded
        self._purge_deleted = purge_deleted

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self.purge))
            await self._until_loaded()
            await asyncio.sleep(self._services.settings.resume_window_s)
            await self._repeat(self.finish_all)

    def purge(self) -> None:
        """Delete what has been kept for long enough, and give freed memory back. Blocks."""
        retention = timedelta(days=self._services.settings.metrics_retention_days)
        try:
            self._store.purge_metrics(self._services.clock.now().wall - retention)
            self._store.forget_terms()
            self._purge_deleted()
        finally:
            give_back_unused()

    async def _repeat(self, sweep: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._services.store_executor, sweep)
            except StorageFailedError as error:
                log.warning("leftovers_postponed", code=error.code)
            await asyncio.sleep(_EVERY_S)

    def finish_all(self) -> int:
        """Finish those whose time is over; how many. Blocks."""
        now = self._services.clock.now().wall
        finished = 0
        before = now - timedelta(seconds=self._services.settings.resume_window_s)
        for unfinished in self._store.unfinished_since(before):
            if not self._is_live(unfinished.session.session_id):
                self._finish(unfinished)
                finished += 1
        return finished

    def _finish(self, unfinished: UnfinishedSession) -> None:
        done = unfinished.session.model_copy(update={"status": SessionStatus.COMPLETED})
        self._store.complete(done, _OUTCOME, unfinished.summary)
        log.info("session_recovered", session_id=str(done.session_id))
