"""How the server is: for the page, for a load balancer, for Prometheus."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel

from vivavoz import __version__
from vivavoz.runtime.engine_facts import engine_info
from vivavoz.runtime.loading import EngineLoader
from vivavoz.runtime.manager import SessionManager


class EngineStatus(BaseModel):
    """The engine in use; ``fallback_reason`` says why it is not a better one."""

    name: str
    model: str
    device: str
    languages: tuple[str, ...]
    detects_language: bool
    fallback_reason: str | None


class LoadingStatus(BaseModel):
    """How far loading is; bytes while downloading."""

    stage: str
    bytes_done: int
    bytes_total: int | None


class FailureStatus(BaseModel):
    """Why the engine could not be had."""

    code: str
    message: str


class ServerStatus(BaseModel):
    """The server as the page shows it."""

    status: Literal["loading", "ready", "failed"]
    version: str
    engine: EngineStatus | None
    progress: LoadingStatus | None
    error: FailureStatus | None
    sessions: int
    queue_wait_s: float


class Health(BaseModel):
    """A single word."""

    status: Literal["alive", "ready"]


def status_of(loader: EngineLoader, manager: SessionManager) -> ServerStatus:
    """The server's status now."""
    recognition, progress, error = loader.ready, loader.progress, loader.error
    engine = None
    if recognition is not None:
        facts = engine_info(recognition.engine.capabilities).model_dump()
        engine = EngineStatus(**facts, fallback_reason=loader.fallback_reason)
    return ServerStatus(
        status=loader.state,
        version=__version__,
        engine=engine,
        progress=None
        if progress is None or loader.state != "loading"
        else LoadingStatus(
            stage=progress.stage,
            bytes_done=progress.bytes_done,
            bytes_total=progress.bytes_total,
        ),
        error=None if error is None else FailureStatus(code=error.code, message=error.message),
        sessions=len(manager.runners),
        queue_wait_s=0.0 if recognition is None else recognition.scheduler.queue_wait_s,
    )


def status_router(
    manager: SessionManager,
    loader: EngineLoader,
    registry: CollectorRegistry,
    refresh: Callable[[], None],
) -> APIRouter:
    """The routes of status, health, readiness and metrics.

    Args:
        manager: of all sessions.
        loader: of the engine.
        registry: what Prometheus is shown.
        refresh: brings its gauges up to date.
    """
    router = APIRouter(tags=["status"])

    @router.get("/api/streaming/status", summary="The engine in use and how far it is")
    async def get_status() -> ServerStatus:
        return status_of(loader, manager)

    @router.get("/health", summary="Whether the process is alive")
    async def health() -> Health:
        return Health(status="alive")

    @router.get("/ready", summary="Whether sessions are admitted", responses={503: {}})
    async def ready() -> Health:
        manager.require_ready()
        return Health(status="ready")

    @router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
    async def metrics() -> Any:
        refresh()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
