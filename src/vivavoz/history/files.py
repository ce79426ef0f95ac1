"""The transcript file, in the format that its users' tools read.

``transcripcion_YYYYMMDD_HHMMSS.txt`` holds the line ``Transcripcion ID: <uuid>``, the line
``Timestamp: YYYY-MM-DD HH:MM:SS``, an empty line, then the text and a newline, in UTF-8. The moment
in both is the start of the session in the server's local time, so saving a session again goes to
the same file. Sessions that start in the same second are told apart by ``_2``, ``_3``, ...
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import UUID

_NAME = re.compile(r"transcripcion_\d{8}_\d{6}(_\d+)?\.txt")


def transcript_file_text(transcript_id: UUID, started_at: datetime, text: str) -> str:
    """The content of a transcript file."""
    local = started_at.astimezone()
    return f"Transcripcion ID: {transcript_id}\nTimestamp: {local:%Y-%m-%d %H:%M:%S}\n\n{text}\n"


def transcript_file_names(started_at: datetime) -> Iterator[str]:
    """The names that a session started then may take, the preferred one first."""
    stem = f"transcripcion_{started_at.astimezone():%Y%m%d_%H%M%S}"
    yield f"{stem}.txt"
    for number in count(2):
        yield f"{stem}_{number}.txt"


class TranscriptFiles:
    """The folder of the transcript files; only its owner may read them.

    Every method raises ``OSError`` when the disk refuses and ``ValueError`` for a name that is not
    a transcript file's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

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
        descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def delete(self, name: str) -> None:
        """Remove a file; none by that name is as good."""
        self._path(name).unlink(missing_ok=True)

    def _is_free_for(self, transcript_id: UUID, name: str) -> bool:
        try:
            with self._path(name).open("rb") as file:
                return file.readline() == f"Transcripcion ID: {transcript_id}\n".encode()
        except FileNotFoundError:
            return True

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a transcript file")
        return self._folder / name
