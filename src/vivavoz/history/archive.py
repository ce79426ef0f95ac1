"""Several exports in one ZIP archive, written while it is read."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import RawIOBase
from pathlib import PurePath
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from vivavoz.history.export import Export

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MEDIA_TYPE = "application/zip"
_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # that the format can tell


class _Outbox(RawIOBase):
    """A file that can only be written to and hands on what was written."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "ReadableBuffer", /) -> int:
        data = bytes(piece)
        self._pieces.append(data)
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def zip_of(exports: Iterable[Export]) -> Iterator[bytes]:
    """The archive in pieces, none of them empty: one for each export, which is asked for only then,
    and one for the end. Files of the same name, on systems that know no case or no composed
    characters either, are told apart by ``(2)``, ``(3)``, ..."""
    outbox = _Outbox()
    taken: set[str] = set()
    with ZipFile(outbox, "w", ZIP_DEFLATED) as archive:
        for export in exports:
            entry = ZipInfo(_free_name(export.file_name, taken), _moment(export.dated))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, export.content)
            yield outbox.take()
    yield outbox.take()


def _free_name(name: str, taken: set[str]) -> str:
    """The name, or one like it that is not taken; takes it."""
    path, number, free = PurePath(name), 1, name
    while (key := unicodedata.normalize("NFC", free).casefold()) in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    taken.add(key)
    return free


def _moment(at: datetime) -> tuple[int, int, int, int, int, int]:
    """Local time, as archives tell it."""
    local = at.astimezone()
    year = min(max(local.year, _FIRST_YEAR), _LAST_YEAR)
    return (year, local.month, local.day, local.hour, local.minute, local.second)
