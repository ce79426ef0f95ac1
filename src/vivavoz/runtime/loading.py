"""The engine on its way: loaded on a thread while the server already answers."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, Protocol

import structlog

from vivavoz.errors import ModelFailedError, ModelLoadingError, VivavozError
from vivavoz.recognition.engine import Engine
from vivavoz.runtime.scheduler import Scheduler
from vivavoz.runtime.services import Recognition
from vivavoz.settings import Settings

log = structlog.get_logger(__name__)

EngineState = Literal["loading", "ready", "failed"]
_RETRY_AFTER_S = 5.0


class Progress(Protocol):
    """How far loading is."""

    @property
    def stage(self) -> str:
        """``probing``, ``downloading``, ``loading`` or ``warming``."""

    @property
    def bytes_done(self) -> int:
        """Downloaded so far."""

    @property
    def bytes_total(self) -> int | None:
        """To download in all, when known."""


class Loaded(Protocol):
    """What loading yields."""

    @property
    def engine(self) -> Engine:
        """Warmed up."""

    @property
    def fallback_reason(self) -> str | None:
        """Why it is not the engine that was hoped for, in one sentence."""


LoadEngine = Callable[[Settings, Callable[[Progress], None]], Loaded]
"""Blocks until the engine is warm; raises ``VivavozError`` when it cannot be had."""


class EngineLoader:
    """Loads the server's engine once.

    Args:
        settings: which engine.
        load: does it, on a thread.
    """

    def __init__(self, settings: Settings, load: LoadEngine) -> None:
        self._settings = settings
        self._load = load
        self._recognition: Recognition | None = None
        self._is_closed = False
        self._ended = asyncio.Event()
        self.state: EngineState = "loading"
        self.progress: Progress | None = None
        self.fallback_reason: str | None = None
        self.error: VivavozError | None = None

    @property
    def ready(self) -> Recognition | None:
        """The engine at work, once it is."""
        return self._recognition

    def require(self) -> Recognition:
        """The engine at work.

        Raises:
            ModelLoadingError: not yet.
            ModelFailedError: it could not be had.
        """
        if self._recognition is not None:
            return self._recognition
        if self.error is not None:
            raise ModelFailedError(
                f"The model could not be loaded: {self.error.message}", cause=self.error.code
            )
        raise ModelLoadingError(
            f"The model is still loading; try again in {_RETRY_AFTER_S:.0f} seconds.",
            retry_after_s=_RETRY_AFTER_S,
            stage=self.progress.stage if self.progress else None,
        )

    async def until_loaded(self) -> None:
        """Wait until the engine is there, or is known not to come."""
        await self._ended.wait()

    def start(self) -> None:
        """Begin to load, on a daemon thread: a download must not hold up the exit."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=(loop,), name="vivavoz-load", daemon=True).start()

    def close(self) -> None:
        """Stop decoding and free the engine, now or once it is loaded."""
        self._is_closed = True
        if self._recognition is not None:
            self._recognition.scheduler.close()
            self._recognition.engine.close()
            self._recognition = None

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        def report(progress: Progress) -> None:
            self.progress = progress

        try:
            loaded = self._load(self._settings, report)
        except VivavozError as error:
            outcome: Loaded | VivavozError = error
        except Exception as error:
            log.exception("engine_load_failed")
            outcome = ModelFailedError(f"{type(error).__name__} while loading; see the log.")
        else:
            outcome = loaded
        with suppress(RuntimeError):  # the loop is closed: the server stopped meanwhile
            loop.call_soon_threadsafe(self._take, outcome)

    def _take(self, outcome: Loaded | VivavozError) -> None:
        if isinstance(outcome, VivavozError):
            self.error = outcome
            self.state = "failed"
        elif self._is_closed:
            outcome.engine.close()
        else:
            workers = self._settings.worker_threads or os.cpu_count() or 1
            scheduler = Scheduler(outcome.engine, workers, self._settings.processing_timeout_s)
            self._recognition = Recognition(outcome.engine, scheduler)
            self.fallback_reason = outcome.fallback_reason
            self.state = "ready"
        self._ended.set()
