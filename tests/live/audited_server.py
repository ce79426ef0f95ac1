"""The command line in a process that notes every file that it opens for writing.

Usage: audited_server.py NOTES ARGUMENT...
"""

import os
import sys
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def _note_writes_in(path: str) -> None:
    notes = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "sqlite3.connect":
            os.write(notes, f"{arguments[0]}\n".encode())
        if event == "open":
            file, mode, flags = arguments
            if isinstance(file, int):
                return  # it was noted when it was opened
            if (mode and set(mode) & set("wax+")) or (mode is None and flags & _WRITING):
                os.write(notes, f"{file}\n".encode())

    sys.addaudithook(hook)


if __name__ == "__main__":
    _note_writes_in(sys.argv[1])
    sys.argv = ["vivavoz", *sys.argv[2:]]
    from vivavoz.cli import main

    main()
