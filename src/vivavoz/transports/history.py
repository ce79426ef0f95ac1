"""REST over the history: list and search, read, rename, delete, export."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from vivavoz.history.catalog import MAX_PAGE, Catalog
from vivavoz.history.export import MEDIA_TYPES, ExportFormat, export
from vivavoz.history.transcripts import Transcript, TranscriptPage
from vivavoz.transports.auth import UserId

RunBlocking = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs a call that blocks off the event loop and gives its result."""

_MAX_QUERY_LENGTH = 500
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The transcript as a file to download.",
        "content": {media_type: {} for media_type in MEDIA_TYPES.values()},
    }
}


class Renaming(BaseModel):
    """What of a transcript may be changed."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(description="One line of at most 200 characters.")


def history_router(catalog: Catalog, run_blocking: RunBlocking = to_thread.run_sync) -> APIRouter:
    """The routes under ``/api/history``.

    A ``VivavozError`` that the catalog raises goes through to the application's error handlers.
    """
    router = APIRouter(prefix="/api/history", tags=["history"])
    _add_list(router, catalog, run_blocking)
    _add_transcript(router, catalog, run_blocking)
    _add_export(router, catalog, run_blocking)
    return router


def _add_list(router: APIRouter, catalog: Catalog, run_blocking: RunBlocking) -> None:
    @router.get("", summary="List or search the finished transcripts, newest first")
    async def list_transcripts(
        user_id: UserId,
        q: Annotated[
            str,
            Query(
                max_length=_MAX_QUERY_LENGTH,
                description="Beginnings of words that must all occur; case and accents are the "
                "same. Empty lists everything.",
            ),
        ] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> TranscriptPage:
        page: TranscriptPage = await run_blocking(
            partial(catalog.page, user_id, query=q, limit=limit, offset=offset)
        )
        return page


def _add_transcript(router: APIRouter, catalog: Catalog, run_blocking: RunBlocking) -> None:
    @router.get("/{transcript_id}", summary="Read one transcript with its segments and words")
    async def get_transcript(transcript_id: UUID, user_id: UserId) -> Transcript:
        transcript: Transcript = await run_blocking(partial(catalog.get, transcript_id, user_id))
        return transcript

    @router.patch("/{transcript_id}", summary="Rename a transcript")
    async def rename_transcript(
        transcript_id: UUID, renaming: Renaming, user_id: UserId
    ) -> Transcript:
        transcript: Transcript = await run_blocking(
            partial(catalog.rename, transcript_id, user_id, renaming.title)
        )
        return transcript

    @router.delete(
        "/{transcript_id}",
        summary="Delete a transcript and its file",
        status_code=status.HTTP_204_NO_CONTENT,
    )
    async def delete_transcript(transcript_id: UUID, user_id: UserId) -> None:
        await run_blocking(partial(catalog.delete, transcript_id, user_id))


def _add_export(router: APIRouter, catalog: Catalog, run_blocking: RunBlocking) -> None:
    @router.get(
        "/{transcript_id}/export",
        summary="Download a transcript as plain text, subtitles or JSON",
        response_class=Response,
        responses=_EXPORTED,
    )
    async def export_transcript(
        transcript_id: UUID,
        user_id: UserId,
        export_format: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.TXT,
    ) -> Response:
        def read_and_export() -> Response:
            exported = export(catalog.get(transcript_id, user_id), export_format)
            return Response(
                exported.content,
                media_type=exported.media_type,
                headers={"Content-Disposition": exported.content_disposition},
            )

        response: Response = await run_blocking(read_and_export)
        return response
