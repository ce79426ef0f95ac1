"""What the process can do so that speech does not outlive it."""

from contextlib import suppress
from pathlib import Path

_COREDUMP_FILTER = Path("/proc/self/coredump_filter")


def keep_out_of_core_dumps() -> None:
    """Let a crash write no memory to disk.

    A limit of 0 stops core files; where the kernel pipes them to a collector, which ignores the
    limit, the filter (core(5)) leaves every kind of mapping out. Windows has neither.
    """
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        _COREDUMP_FILTER.write_text("0")
