"""Where the text of each file goes. [pure]"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from vivavoz.history.export import ExportFormat

STDIN = "-"


def destinations(
    names: Sequence[str], export_format: ExportFormat, output: Path | None
) -> list[Path | None]:
    """One path for each file, none for standard output.

    ``output`` is a folder if it is one already or if there are several files. Files of the same
    name in different folders are told apart by a number.
    """
    if output is None:
        return [None] * len(names)
    if len(names) == 1 and not output.is_dir():
        return [output]
    taken: Counter[str] = Counter()
    paths: list[Path | None] = []
    for name in names:
        stem = "stdin" if name == STDIN else Path(name).stem
        taken[stem] += 1
        number = f"-{taken[stem]}" if taken[stem] > 1 else ""
        paths.append(output / f"{stem}{number}.{export_format.value}")
    return paths
