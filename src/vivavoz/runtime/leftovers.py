"""Sessions that an earlier process left behind, and what has been kept for long enough."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from vivavoz.errors import StorageFailedError
from vivavoz.runtime.memory import give_back_freed
from vivavoz.runtime.services import Services
from vivavoz.session.entities import SessionStatus
from vivavoz.session.records import SessionSummary, UnfinishedSession

_EVERY_S = 60.0
log = structlog.get_logger(__name__)


class Leftovers:
    """Finishes, once their clients had time to come back, sessions that no process holds, and
    deletes what has been kept for long enough.

    Args:
        services: the server's.
        is_live: whether a session is in this process's hands.
        until_loaded: waits for the engine: no client can come back before it is there.
        purge_metrics: deletes the session metrics from before a time. Blocks.
        purge_deleted: deletes for good the transcripts that can no longer be brought back. Blocks.
    """

    def __init__(
        self,
        services: Services,
        is_live: Callable[[UUID], bool],
        until_loaded: Callable[[], Awaitable[object]],
        purge_metrics: Callable[[datetime], object],
        purge_deleted: Callable[[], object],
    ) -> None:
        self._services = services
        self._is_live = is_live
        self._until_loaded = until_loaded
        self._purge_metrics = purge_metrics
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
        self._purge_metrics(self._services.clock.now().wall - retention)
        self._purge_deleted()
        give_back_freed()

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
        for unfinished in self._services.store.unfinished_since(before):
            if not self._is_live(unfinished.session.session_id):
                self._finish(unfinished)
                finished += 1
        return finished

    def _finish(self, unfinished: UnfinishedSession) -> None:
        session = unfinished.session
        wall_s = (session.last_activity - session.start_time).total_seconds()
        summary = SessionSummary(
            engine="",
            model="",
            audio_s=unfinished.mark.sample_index / 16_000,
            wall_s=max(wall_s, 0.0),
            chunks=session.audio_chunks_received,
            bytes=0,
            partials=0,
            finals=0,
            words=len(session.confirmed_text.split()),
            reconnects=0,
            latency_p50_ms=0.0,
            latency_p95_ms=0.0,
            recognition_s=0.0,
            audio_quality_score=0.0,
            outcome="server_restarted",
        )
        done = session.model_copy(update={"status": SessionStatus.COMPLETED})
        self._services.store.complete(done, summary)
        log.info("session_recovered", session_id=str(session.session_id))
