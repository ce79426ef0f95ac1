"""How far an engine is on its way from a name to being warm."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["probing", "downloading", "loading", "warming"]


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """The present stage. The bytes count a download; ``bytes_total`` is none without one."""

    stage: Stage
    bytes_done: int = 0
    bytes_total: int | None = None


OnLoadProgress = Callable[[LoadProgress], None]
