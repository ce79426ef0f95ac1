"""[pure] What an uploaded file's name says."""

import re
import unicodedata
from pathlib import PurePosixPath

_MAX_LENGTH = 200
_GIVEN_BY_PROGRAMS = re.compile(
    r"audio|blob|dictation|file|recording|upload|vivavoz-\d+", re.IGNORECASE
)


def telling_name(name: str) -> str | None:
    """The name without its folders and without characters that nobody can see; none where it tells
    nothing, because a program made it up."""
    shown = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    last = " ".join(shown.replace("\\", "/").rpartition("/")[2].split())
    ending = PurePosixPath(last).suffix[-_MAX_LENGTH // 2 :]
    stem = last.removesuffix(ending)[: _MAX_LENGTH - len(ending)]
    if not any(char.isalnum() for char in stem) or _GIVEN_BY_PROGRAMS.fullmatch(stem):
        return None
    return (stem + ending).strip()
