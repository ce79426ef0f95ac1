"""All live sessions: admit, find, resume, time out, drain."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from vivavoz.errors import (
    ModelNotAvailableError,
    ResourceUnavailableError,
    SessionCancelledError,
    SessionNotFoundError,
    ShuttingDownError,
    VivavozError,
)
from vivavoz.runtime.admission import Admission
from vivavoz.runtime.connection import Connection, closing_for
from vivavoz.runtime.endings import Ending, Endings
from vivavoz.runtime.engine_facts import chosen_language
from vivavoz.runtime.forgetting import ForgettingStore
from vivavoz.runtime.loading import EngineLoader
from vivavoz.runtime.ownership import may_see, not_found, require_owner, require_token
from vivavoz.runtime.ports import TranscriptStore
from vivavoz.runtime.runner import SessionRunner
from vivavoz.runtime.services import Recognition, Services
from vivavoz.runtime.tokens import new_token, token_hash
from vivavoz.session.entities import SessionStatus, StreamingSession
from vivavoz.session.records import SavedTranscript, SessionTerms
from vivavoz.session.session import Session

_COME_BACK_AFTER_S = 3.0
log = structlog.get_logger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What a client may ask for before it records."""

    language: str | None = None
    model_size: str | None = None
    duration_limit: int | None = None
    user_id: str | None = None
    is_kept: bool = True


_ANYTHING = SessionRequest()


class SessionManager:
    """The pool of live sessions. Belongs to one event loop.

    Args:
        services: shared by all sessions.
        loader: where the engine comes from.
        store: where sessions are that it does not hold.
    """

    def __init__(self, services: Services, loader: EngineLoader, store: TranscriptStore) -> None:
        self._services = services
        self._loader = loader
        self._store = store
        self._admission = Admission(services.settings)
        self._runners: dict[UUID, SessionRunner] = {}
        self._endings = Endings()
        self._is_draining = False

    @property
    def runners(self) -> list[SessionRunner]:
        """The live sessions."""
        return list(self._runners.values())

    def get(self, session_id: UUID, user_id: str | None) -> SessionRunner:
        """A live session, as that user sees it: those of others are as good as none. No user means
        that authentication is off.

        Raises:
            SessionNotFoundError: there is none of that id.
        """
        runner = self._runners.get(session_id)
        if runner is None or not may_see(user_id, runner.session.entity.user_id):
            raise not_found(session_id)
        return runner

    def create(self, request: SessionRequest, address: str) -> tuple[SessionRunner, str]:
        """A new session, not yet connected, and its resume token.

        Raises:
            ShuttingDownError, ModelLoadingError, ModelFailedError, LimitError,
            ResourceUnavailableError: not now.
            LanguageNotSupportedError, ModelNotAvailableError: not here.
        """
        recognition = self._require_recognition()
        capabilities = recognition.engine.capabilities
        settings = self._services.settings
        chosen_language(request.language, settings.language, capabilities)
        if request.model_size not in (None, capabilities.model):
            raise ModelNotAvailableError(
                f"This server runs the model '{capabilities.model}', not '{request.model_size}'. "
                "Leave model_size out, or start the server with --model.",
                model=capabilities.model,
            )
        limit = min(request.duration_limit or settings.duration_limit_s, settings.duration_limit_s)
        now = self._services.clock.now()
        entity = StreamingSession(
            user_id=request.user_id,
            start_time=now.wall,
            last_activity=now.wall,
            duration_limit=limit,
        )
        self._admission.admit(address, recognition.scheduler.queue_wait_s)
        session = Session(entity, self._services.rules, now)
        token = new_token()
        terms = SessionTerms(token_hash(token), request.language)
        services = self._services
        if not request.is_kept:
            services = replace(services, store=ForgettingStore())
        return self._start(session, services, recognition, terms, address), token

    def connect(
        self, connection: Connection, address: str, request: SessionRequest = _ANYTHING
    ) -> SessionRunner:
        """A new session over a connection. Raises as ``create``."""
        runner, token = self.create(request, address)
        runner.connect(connection, token)
        return runner

    async def resume(
        self,
        connection: Connection,
        session_id: UUID,
        token: str,
        address: str,
        user_id: str | None,
    ) -> SessionRunner | None:
        """Connect to a user's session that exists already; none when it has ended meanwhile, of
        which the client is told.

        Raises:
            SessionNotFoundError, InvalidResumeTokenError, TooManyReconnectsError,
            ModelLoadingError, ModelFailedError, ShuttingDownError, ResourceUnavailableError.
        """
        runner = self._runners.get(session_id)
        if runner is not None and runner.is_ending_unattended:
            await self._until_saved(runner)
            runner = None
        if runner is None:
            ending = self._endings.of(session_id)
            if ending is not None:
                require_owner(user_id, ending.user_id, session_id)
                require_token(token, ending.token_hash)
            try:
                if ending is not None and not ending.may_go_on:
                    raise not_found(session_id)
                runner = await self._revive(session_id, token, address, user_id)
            except SessionNotFoundError:
                if ending is None:
                    raise
                ending.tell(connection)
                return None
        require_owner(user_id, runner.session.entity.user_id, session_id)
        require_token(token, runner.terms.resume_token_hash)
        if runner.session.working_status is SessionStatus.CONNECTING:
            runner.connect(connection, token)
        else:
            runner.resume(connection)
        return runner

    def refuse(self, connection: Connection, error: VivavozError) -> None:
        """Tell a new connection why it gets no session, and close it."""
        connection.send(self._services.counters.failure(error, is_the_end=True))
        connection.close(closing_for(error))

    async def save(self, session_id: UUID, user_id: str | None) -> SavedTranscript | None:
        """Write the transcript file of what is confirmed so far; the session goes on."""
        entity = self.get(session_id, user_id).session.entity.model_copy()
        return await self._in_store(partial(self._store.save_now, entity))

    def cancel(self, session_id: UUID, user_id: str | None) -> None:
        """End a session and forget its text."""
        self.get(session_id, user_id).discard(
            SessionCancelledError("The session was deleted; its text was discarded.")
        )

    def require_ready(self) -> None:
        """Make sure that sessions are admitted.

        Raises:
            ShuttingDownError, ModelLoadingError, ModelFailedError: they are not.
        """
        self._require_recognition()

    def is_live(self, session_id: UUID) -> bool:
        """Whether the session is in this process's hands."""
        return session_id in self._runners

    async def drain(self) -> None:
        """Admit nobody any more, finish what is here, tell clients when to come back.

        Sessions stay resumable: what is confirmed is in the store, the rest in clients' buffers.
        """
        self._is_draining = True
        timeout_s = self._services.settings.shutdown_timeout_s
        await asyncio.gather(
            *(runner.part(self._shutting_down(), timeout_s) for runner in self.runners)
        )

    def _start(
        self,
        session: Session,
        services: Services,
        recognition: Recognition,
        terms: SessionTerms,
        address: str,
    ) -> SessionRunner:
        runner = SessionRunner(
            session, services, recognition, terms, on_ended=partial(self._ended, address)
        )
        self._runners[session.entity.session_id] = runner
        log.info("session_started", session_id=str(session.entity.session_id))
        return runner

    async def _revive(
        self, session_id: UUID, token: str, address: str, user_id: str | None
    ) -> SessionRunner:
        """Take up a session that an earlier process began, or that was saved without its client."""
        recognition = self._require_recognition()
        unfinished = await self._in_store(partial(self._store.find_unfinished, session_id))
        if unfinished is None:
            return self.get(session_id, user_id)
        require_owner(user_id, unfinished.session.user_id, session_id)
        require_token(token, unfinished.terms.resume_token_hash)
        if not await self._in_store(partial(self._store.reopen, session_id)):
            raise not_found(session_id)
        if session_id in self._runners:
            return self._runners[session_id]
        self._admission.admit(address, 0.0)
        now = self._services.clock.now()
        session = Session(unfinished.session, self._services.rules, now, unfinished)
        self._endings.forget(session_id)
        return self._start(session, self._services, recognition, unfinished.terms, address)

    async def _until_saved(self, runner: SessionRunner) -> None:
        try:
            async with asyncio.timeout(self._services.settings.connect_timeout_s):
                await runner.ended.wait()
        except TimeoutError:
            raise ResourceUnavailableError(
                "This session is still being saved; come back in "
                f"{_COME_BACK_AFTER_S:.0f} seconds.",
                retry_after_s=_COME_BACK_AFTER_S,
            ) from None

    async def _in_store(self, call: Callable[[], _T]) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._services.store_executor, call)

    def _require_recognition(self) -> Recognition:
        if self._is_draining:
            raise self._shutting_down()
        return self._loader.require()

    def _shutting_down(self) -> ShuttingDownError:
        retry_after_s = _COME_BACK_AFTER_S
        return ShuttingDownError(
            f"The server is restarting; come back in {retry_after_s:.0f} seconds. "
            "Nothing that was said is lost.",
            retry_after_s=retry_after_s,
        )

    def _ended(self, address: str, runner: SessionRunner) -> None:
        entity = runner.session.entity
        del self._runners[entity.session_id]
        self._admission.release(address)
        ending = Ending(entity.user_id, runner.terms.resume_token_hash, runner.farewell)
        self._endings.remember(entity.session_id, ending)
        event = "session_ended" if runner.session.is_terminal else "session_detached"
        log.info(event, session_id=str(entity.session_id), status=entity.status.value)
