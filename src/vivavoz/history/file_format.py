"""[pure] The transcript file, in the format that its users' tools read.

``transcripcion_YYYYMMDD_HHMMSS.txt`` holds the line ``Transcripcion ID: <uuid>``, the line
``Timestamp: YYYY-MM-DD HH:MM:SS``, an empty line, then the text and a newline, in UTF-8. The moment
in both is the start of the session in the server's local time, so saving a session again goes to
the same file. Sessions that start in the same second are told apart by ``_2``, ``_3``, ...
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from uuid import UUID

_NAME = re.compile(r"transcripcion_\d{8}_\d{6}(_\d+)?\.txt", re.ASCII)


def transcript_file_text(transcript_id: UUID, started_at: datetime, text: str) -> str:
    """The content of a transcript file."""
    local = started_at.astimezone()
    return f"{id_line(transcript_id)}Timestamp: {local:%Y-%m-%d %H:%M:%S}\n\n{text}\n"


def id_line(transcript_id: UUID) -> str:
    """The first line of a transcript file, which says whose it is."""
    return f"Transcripcion ID: {transcript_id}\n"


def transcript_file_names(started_at: datetime) -> Iterator[str]:
    """The names that a session started then may take, the preferred one first."""
    stem = f"transcripcion_{started_at.astimezone():%Y%m%d_%H%M%S}"
    yield f"{stem}.txt"
    for number in count(2):
        yield f"{stem}_{number}.txt"


def is_transcript_file_name(name: str) -> bool:
    """Whether ``name`` follows the pattern; such a name leads into no other folder."""
    return _NAME.fullmatch(name) is not None
