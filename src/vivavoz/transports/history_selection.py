"""REST over several transcripts at once: export, delete, restore."""

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from vivavoz.errors import TranscriptNotFoundError
from vivavoz.history.archive import MEDIA_TYPE, zip_of
from vivavoz.history.catalog import Catalog
from vivavoz.history.export import Export, ExportFormat, export
from vivavoz.history.transcripts import Affected
from vivavoz.history.trash import Trash
from vivavoz.transports.auth import UserId
from vivavoz.transports.blocking import RunBlocking

MAX_SELECTED = 500
_DISPOSITION = 'attachment; filename="transcripts.zip"'
_ZIPPED: dict[int | str, dict[str, Any]] = {
    200: {"description": "A ZIP archive of files.", "content": {MEDIA_TYPE: {}}}
}


class Selection(BaseModel):
    """Some transcripts."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_SELECTED)]


class ExportedSelection(Selection):
    """Some transcripts, and what to export them as."""

    format: ExportFormat = ExportFormat.TXT


class DeletedSelection(Selection):
    """Some transcripts, and whether they go for good."""

    now: bool = Field(False, description="Delete for good at once.")


def add_selection(
    router: APIRouter, catalog: Catalog, trash: Trash, run_blocking: RunBlocking
) -> None:
    """Add the routes to those of the history."""

    @router.post(
        "/export",
        summary="Download several transcripts as a ZIP archive",
        response_class=StreamingResponse,
        responses=_ZIPPED,
    )
    async def export_selection(selection: ExportedSelection, user_id: UserId) -> StreamingResponse:
        ids = list(dict.fromkeys(selection.ids))
        await run_blocking(partial(catalog.require, ids, user_id))
        pieces = zip_of(_exports(catalog, ids, user_id, selection.format))
        return StreamingResponse(
            _pieces(pieces, run_blocking),
            media_type=MEDIA_TYPE,
            headers={"Content-Disposition": _DISPOSITION},
        )

    @router.post("/delete", summary="Delete several transcripts; they can be brought back a while")
    async def delete_selection(selection: DeletedSelection, user_id: UserId) -> Affected:
        affected: Affected = await run_blocking(
            partial(trash.delete, selection.ids, user_id, for_good=selection.now)
        )
        return affected

    @router.post("/restore", summary="Bring several deleted transcripts back")
    async def restore_selection(selection: Selection, user_id: UserId) -> Affected:
        affected: Affected = await run_blocking(partial(trash.restore, selection.ids, user_id))
        return affected


def _exports(
    catalog: Catalog, ids: Sequence[UUID], user_id: str | None, export_format: ExportFormat
) -> Iterator[Export]:
    """One after the other; what is deleted meanwhile is left out."""
    for id_ in ids:
        try:
            transcript = catalog.get(id_, user_id)
        except TranscriptNotFoundError:
            continue
        yield export(transcript, export_format)


async def _pieces(pieces: Iterator[bytes], run_blocking: RunBlocking) -> AsyncIterator[bytes]:
    while piece := await run_blocking(partial(next, pieces, b"")):
        yield piece
