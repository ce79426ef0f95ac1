"""REST over the history: list and search, read, change, delete and restore, export."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Query, Response, status

from vivavoz.history.catalog import MAX_PAGE, Catalog
from vivavoz.history.editing import TranscriptChange
from vivavoz.history.export import MEDIA_TYPES, ExportFormat, export
from vivavoz.history.transcripts import Affected, Transcript, TranscriptPage
from vivavoz.history.trash import Trash
from vivavoz.history.visibility import not_found
from vivavoz.transports.auth import UserId
from vivavoz.transports.blocking import RunBlocking
from vivavoz.transports.history_selection import add_selection
from vivavoz.transports.json_bodies import StrictRoute

_MAX_QUERY_LENGTH = 500
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The transcript as a file to download.",
        "content": {media_type: {} for media_type in MEDIA_TYPES.values()},
    }
}


def history_router(
    catalog: Catalog, trash: Trash, run_blocking: RunBlocking = to_thread.run_sync
) -> APIRouter:
    """The routes under ``/api/history``.

    A ``VivavozError`` that the history raises goes through to the application's error handlers.
    """
    router = APIRouter(prefix="/api/history", tags=["history"], route_class=StrictRoute)
    _add_list(router, catalog, run_blocking)
    _add_transcript(router, catalog, run_blocking)
    _add_deletion(router, catalog, trash, run_blocking)
    _add_export(router, catalog, run_blocking)
    add_selection(router, catalog, trash, run_blocking)
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

    @router.patch(
        "/{transcript_id}",
        summary="Change a transcript's title or text; null brings the original text back",
    )
    async def change_transcript(
        transcript_id: UUID, change: TranscriptChange, user_id: UserId
    ) -> Transcript:
        transcript: Transcript = await run_blocking(
            partial(catalog.change, transcript_id, user_id, change)
        )
        return transcript


def _add_deletion(
    router: APIRouter, catalog: Catalog, trash: Trash, run_blocking: RunBlocking
) -> None:
    @router.delete(
        "/{transcript_id}",
        summary="Delete a transcript; it can be brought back for a while",
        status_code=status.HTTP_204_NO_CONTENT,
    )
    async def delete_transcript(
        transcript_id: UUID,
        user_id: UserId,
        now: Annotated[
            bool, Query(description="Delete it, its segments and its file for good at once.")
        ] = False,
    ) -> None:
        affected: Affected = await run_blocking(
            partial(trash.delete, [transcript_id], user_id, for_good=now)
        )
        if affected.missing:
            raise not_found(affected.missing)

    @router.post("/{transcript_id}/restore", summary="Bring a deleted transcript back")
    async def restore_transcript(transcript_id: UUID, user_id: UserId) -> Transcript:
        def restore() -> Transcript:
            trash.restore([transcript_id], user_id)
            return catalog.get(transcript_id, user_id)

        transcript: Transcript = await run_blocking(restore)
        return transcript


def _add_export(router: APIRouter, catalog: Catalog, run_blocking: RunBlocking) -> None:
    @router.get(
        "/{transcript_id}/export",
        summary="Download a transcript as text, a Word document, subtitles or JSON",
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
