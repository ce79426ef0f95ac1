"""Uploads in memory: forms whose files never touch the disk."""

from collections.abc import AsyncGenerator

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from vivavoz.errors import ChunkTooLargeError, ClientError

_MAX_FIELDS = 32
_FORM_BYTES = 65_536


async def read_form(request: Request, max_file_bytes: int) -> FormData:
    """The fields of a multipart form with one file of bounded size.

    Raises:
        ChunkTooLargeError: the file is larger.
        ClientError: it is no such form.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise ClientError("Send the recording as multipart/form-data, in the field `file`.")
    parser = MultiPartParser(
        request.headers,
        _bounded(request, max_file_bytes),
        max_files=1,
        max_fields=_MAX_FIELDS,
    )
    # The parser's files go to the disk once they pass this size: never, here.
    parser.spool_max_size = max_file_bytes + 1
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise ClientError(f"{error.message} Send the recording in the field `file`.") from error


async def _bounded(request: Request, max_file_bytes: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > max_file_bytes + _FORM_BYTES:
            raise ChunkTooLargeError(
                f"The recording is over the limit of {max_file_bytes} bytes; send it in parts.",
                max_upload_bytes=max_file_bytes,
            )
        yield piece
