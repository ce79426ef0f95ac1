"""REST over live sessions: make one, look at it, save it, end it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, status
from pydantic import BaseModel, ConfigDict, Field

from vivavoz.runtime.manager import SessionManager, SessionRequest
from vivavoz.session.entities import (
    MAX_DURATION_LIMIT_S,
    MIN_DURATION_LIMIT_S,
    SessionMetrics,
    StreamingSession,
)
from vivavoz.transports.auth import UserId
from vivavoz.transports.handshake import client_address
from vivavoz.transports.json_bodies import StrictRoute


class NewSession(BaseModel):
    """What a client may ask for; everything may be left out."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}|auto)$")] | None = None
    model_size: Annotated[str, Field(max_length=256)] | None = None
    duration_limit: (
        Annotated[int, Field(ge=MIN_DURATION_LIMIT_S, le=MAX_DURATION_LIMIT_S)] | None
    ) = None


class CreatedSession(BaseModel):
    """The session, and the secret with which to connect to it."""

    session: StreamingSession
    resume_token: str


class SavedSession(BaseModel):
    """Where the text so far was written; nothing is written while there is none."""

    saved: bool
    transcript_id: UUID | None
    file_name: str | None
    saved_at: datetime | None


def sessions_router(manager: SessionManager) -> APIRouter:
    """The routes under ``/api/streaming/sessions``."""
    router = APIRouter(prefix="/api/streaming/sessions", tags=["sessions"], route_class=StrictRoute)

    @router.post("", summary="Make a session to connect to", status_code=status.HTTP_201_CREATED)
    async def create_session(
        wanted: NewSession, request: Request, user_id: UserId
    ) -> CreatedSession:
        asked = SessionRequest(
            language=wanted.language,
            model_size=wanted.model_size,
            duration_limit=wanted.duration_limit,
            user_id=user_id,
        )
        runner, token = manager.create(asked, client_address(request.scope))
        return CreatedSession(session=runner.session.entity, resume_token=token)

    @router.get("/{session_id}", summary="Look at a live session")
    async def get_session(session_id: UUID, user_id: UserId) -> StreamingSession:
        return manager.get(session_id, user_id).session.entity

    @router.get("/{session_id}/metrics", summary="Measure a live session")
    async def get_metrics(session_id: UUID, user_id: UserId) -> SessionMetrics:
        return manager.get(session_id, user_id).measured()

    @router.post("/{session_id}/save", summary="Write what is confirmed so far to a file")
    async def save_session(session_id: UUID, user_id: UserId) -> SavedSession:
        saved = await manager.save(session_id, user_id)
        return SavedSession(
            saved=saved is not None,
            transcript_id=saved.transcript_id if saved else None,
            file_name=saved.file_name if saved else None,
            saved_at=saved.saved_at if saved else None,
        )

    @router.delete(
        "/{session_id}",
        summary="End a live session and forget its text",
        status_code=status.HTTP_204_NO_CONTENT,
    )
    async def delete_session(session_id: UUID, user_id: UserId) -> None:
        manager.cancel(session_id, user_id)

    return router
