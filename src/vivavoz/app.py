"""The composition root: builds the ASGI application and wires every floor."""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from vivavoz import __version__
from vivavoz.engines.registry import load_engine
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.logs import configure_logs
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.runtime.clock import SystemClock
from vivavoz.runtime.counters import Counters
from vivavoz.runtime.exposure import require_protection
from vivavoz.runtime.leftovers import Leftovers
from vivavoz.runtime.loading import EngineLoader, LoadEngine
from vivavoz.runtime.manager import SessionManager
from vivavoz.runtime.measurements import ProcessGauge
from vivavoz.runtime.memory import share_arenas
from vivavoz.runtime.services import Services
from vivavoz.runtime.upload import Uploads
from vivavoz.session.limits import SessionRules
from vivavoz.settings import Settings
from vivavoz.transports.auth import AuthGuard
from vivavoz.transports.authenticator import Authenticator
from vivavoz.transports.body_limit import BodyLimit
from vivavoz.transports.headers import StandardHeaders
from vivavoz.transports.history import history_router
from vivavoz.transports.limits import max_message_bytes
from vivavoz.transports.models import models_router
from vivavoz.transports.origin import OriginGuard, OriginPolicy
from vivavoz.transports.pages import add_pages
from vivavoz.transports.responses import install_error_handlers
from vivavoz.transports.sessions import sessions_router
from vivavoz.transports.signing_in import auth_router
from vivavoz.transports.socketio import SocketIoTransport
from vivavoz.transports.status import status_router
from vivavoz.transports.transcriptions import TRANSCRIPTIONS_PATH, transcriptions_router
from vivavoz.transports.websocket import WebSocketTransport


class Server:
    """What lives from start-up to shutdown: store, engine and sessions.

    Args:
        settings: all of them.
        load: how the engine is loaded.
    """

    def __init__(self, settings: Settings, load: LoadEngine) -> None:
        self._store_executor = ThreadPoolExecutor(1, thread_name_prefix="vivavoz-store")
        self._store = SqlTranscriptStore(
            settings.sqlalchemy_url,
            settings.transcripts_dir,
            undo_delete_s=settings.undo_delete_s,
        )
        services = Services(
            settings=settings,
            epoch=uuid4().hex,
            clock=SystemClock(),
            store=self._store,
            store_executor=self._store_executor,
            process=ProcessGauge(),
            counters=Counters(),
            rules=SessionRules.from_settings(settings),
            recognizer_settings=RecognizerSettings.from_settings(settings),
        )
        self.catalog = self._store.catalog
        self.trash = self._store.trash
        self.authenticator = Authenticator(
            self._store.keys,
            services.clock,
            token_ttl_s=settings.token_ttl_s,
            required=settings.auth,
        )
        self.counters = services.counters
        self.loader = EngineLoader(settings, load)
        self.manager = SessionManager(services, self.loader, self._store)
        self._leftovers = Leftovers(
            services,
            self._store,
            self.manager.is_live,
            self.loader.until_loaded,
            self.trash.purge,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the engine and look after leftovers; in the end drain and free everything."""
        share_arenas()
        self.loader.start()
        leftovers = asyncio.create_task(self._leftovers.run())
        try:
            yield
        finally:
            leftovers.cancel()
            with suppress(asyncio.CancelledError):
                await leftovers
            await self.manager.drain()
            self.loader.close()
            self._store_executor.shutdown()
            self._store.close()

    def refresh_gauges(self) -> None:
        """Bring the gauges that are read rather than counted up to date."""
        self.counters.sessions.clear()
        for runner in self.manager.runners:
            self.counters.sessions.labels(runner.session.status.value).inc()
        recognition = self.loader.ready
        self.counters.queue_wait.set(recognition.scheduler.queue_wait_s if recognition else 0.0)


class Application:
    """The whole server as an ASGI application.

    Args:
        app: answers requests.
        server: what it works with.
    """

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        await self._app(scope, receive, send)

    async def drain(self) -> None:
        """Admit nobody any more, keep what is final, tell clients when to come back. To be called
        before connections are closed; the end of the application's life does it too."""
        await self._server.manager.drain()


def create_app(settings: Settings, load: LoadEngine = load_engine) -> Application:
    """Build everything.

    Args:
        settings: all of them.
        load: how the engine is loaded; benchmarks and tests bring engines of their own.

    Raises:
        AddressNotProtectedError: it would be open to everybody by mistake.
        StorageFailedError: the history cannot be opened.
    """
    require_protection(settings)
    configure_logs(settings)
    server = Server(settings, load)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with server.running():
            yield

    app = FastAPI(
        title="Vivavoz",
        version=__version__,
        summary="Speech into text while it is being spoken.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    install_error_handlers(app, server.counters)
    _add_rest(app, server, settings)
    _add_events(app, server, settings)
    add_pages(app)
    policy = OriginPolicy(settings.host, settings.allowed_origins)
    bounded = BodyLimit(app, except_path=TRANSCRIPTIONS_PATH)
    known = AuthGuard(bounded, server.authenticator, server.counters)
    guarded = OriginGuard(known, policy, server.counters)
    return Application(StandardHeaders(guarded), server)


def _add_rest(app: FastAPI, server: Server, settings: Settings) -> None:
    app.include_router(auth_router(server.authenticator))
    app.include_router(sessions_router(server.manager))
    app.include_router(history_router(server.catalog, server.trash))
    uploads = Uploads(
        server.manager,
        settings.max_uploads,
        settings.duration_limit_s,
        settings.send_queue_events,
    )
    app.include_router(transcriptions_router(uploads, settings.max_upload_bytes, server.counters))
    app.include_router(models_router(server.loader, time.time()))
    app.include_router(
        status_router(
            server.manager, server.loader, server.counters.registry, server.refresh_gauges
        )
    )


def _add_events(app: FastAPI, server: Server, settings: Settings) -> None:
    websocket = WebSocketTransport(server.manager, settings.send_queue_events)
    app.websocket("/ws")(websocket.serve)
    socketio = SocketIoTransport(
        server.manager,
        server.authenticator,
        settings.send_queue_events,
        settings.max_chunk_bytes,
        settings.connect_timeout_s,
        server.counters,
    )
    app.mount("/socket.io", socketio.app)


def server_config(settings: Settings, app: ASGIApp) -> uvicorn.Config:
    """How uvicorn runs the application: no access log, since queries hold secrets, and the size of
    messages bounded before they are read."""
    return uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=max_message_bytes(settings.max_chunk_bytes),
        ws_ping_interval=10.0,
        ws_ping_timeout=10.0,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.shutdown_timeout_s) + 1,
    )
