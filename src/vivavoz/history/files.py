"""The folder of the transcript files."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from vivavoz.history.file_format import (
    id_line,
    is_transcript_file_name,
    transcript_file_names,
    transcript_file_text,
)


class TranscriptFiles:
    """The transcript files, which only their owner may read.

    Every method raises ``OSError`` when the disk refuses and ``ValueError`` for a name that is not
    a transcript file's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._make_folder()

    def free_name(
        self, transcript_id: UUID, started_at: datetime, is_taken: Callable[[str], bool]
    ) -> str:
        """A name for this transcript: not taken, and no other transcript's on disk.

        A file that already holds this very transcript is no obstacle: its process was killed
        before it could note the name.
        """
        return next(
            name
            for name in transcript_file_names(started_at)
            if not is_taken(name) and self._is_free_for(transcript_id, name)
        )

    def write(self, name: str, transcript_id: UUID, started_at: datetime, text: str) -> None:
        """Put the whole file in place at once, over an older one of that name."""
        path = self._path(name)
        content = transcript_file_text(transcript_id, started_at, text).encode()
        self._make_folder()
        part = _part_of(path)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def delete(self, name: str) -> None:
        """Remove a file, and what a killed process wrote of it; none by that name is as good."""
        path = self._path(name)
        _part_of(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _is_free_for(self, transcript_id: UUID, name: str) -> bool:
        try:
            with self._path(name).open("rb") as file:
                return file.readline() == id_line(transcript_id).encode()
        except FileNotFoundError:
            return True

    def _path(self, name: str) -> Path:
        if not is_transcript_file_name(name):
            raise ValueError(f"{name!r} is not the name of a transcript file")
        return self._folder / name


def _part_of(path: Path) -> Path:
    """Where the file is written before it is whole: a later attempt goes to the same place."""
    return path.with_name(f".{path.name}.part")
