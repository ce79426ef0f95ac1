"""One session's writes to the store: in order, off the event loop, tried again when refused."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor

from vivavoz.errors import SessionNotFoundError, StorageFailedError
from vivavoz.session.records import DurableMark

_RETRY_AFTER_S = (0.2, 0.5, 1.0, 2.0, 4.0)

Write = Callable[[], object]


class Journal:
    """A queue of writes, each with the mark up to which the session is durable once it is done.

    Args:
        executor: where writes block.
        on_durable: told the mark of each write that was committed.
        on_refused: told the first refusal of each run of refusals.
        on_failed: told what nobody foresaw. Nothing queued after it is written: it would be durable
            past a gap.
    """

    def __init__(
        self,
        executor: Executor,
        on_durable: Callable[[DurableMark], None],
        on_refused: Callable[[StorageFailedError], None],
        on_failed: Callable[[Exception], None],
    ) -> None:
        self._executor = executor
        self._on_durable = on_durable
        self._on_refused = on_refused
        self._on_failed = on_failed
        self._writes: deque[tuple[Write | None, DurableMark | None]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._abandoned = 0

    def write(self, write: Write, mark: DurableMark | None = None) -> None:
        """Queue a blocking write."""
        self._writes.append((write, mark))
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._drain())

    def write_nothing(self, mark: DurableMark) -> None:
        """The session is durable up to ``mark`` once the writes before are committed."""
        if self._writer is None:
            self._on_durable(mark)
        else:
            self._writes.append((None, mark))

    async def flushed(self, timeout_s: float | None) -> bool:
        """Wait until all writes are committed, none: for ever; whether they were in time."""
        if self._writer is None:
            return True
        done, _ = await asyncio.wait({self._writer}, timeout=timeout_s)
        return bool(done) and not self._writes

    def abandon(self) -> None:
        """Forget the writes that are still waiting, and the one that is refused again and again."""
        self._writes.clear()
        self._abandoned += 1

    async def _drain(self) -> None:
        try:
            while self._writes:
                write, mark = self._writes.popleft()
                if await self._is_done(write) and mark is not None:
                    self._on_durable(mark)
        finally:
            self._writer = None

    async def _is_done(self, write: Write | None) -> bool:
        """Write until it is committed; whether it was before it was abandoned."""
        loop = asyncio.get_running_loop()
        abandoned, refusals = self._abandoned, 0
        while write is not None:
            try:
                await loop.run_in_executor(self._executor, write)
                break
            except SessionNotFoundError:
                return False  # discarded meanwhile: there is nothing to add to
            except StorageFailedError as error:
                if refusals == 0:
                    self._on_refused(error)
                await asyncio.sleep(_RETRY_AFTER_S[min(refusals, len(_RETRY_AFTER_S) - 1)])
                refusals += 1
                if abandoned != self._abandoned:
                    return False
            except Exception as error:
                self.abandon()
                self._on_failed(error)
                return False
        return True
