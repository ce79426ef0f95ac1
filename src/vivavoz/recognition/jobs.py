"""Work that a recogniser wants done: decodes of a window engine, steps of an engine's stream."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from vivavoz.recognition.engine import DecodeRequest
from vivavoz.recognition.transcript import Hypothesis

JobPurpose = Literal["partial", "final", "feed"]
"""What a job is for, and so how it is queued.

``final``: before partials, never dropped. ``partial``: the newest of a session wins, an older one
that has not started is dropped. ``feed``: audio of a native stream, in order, never dropped.
"""


@dataclass(slots=True, eq=False)
class DecodeJob:
    """One window for a window engine; its result is a ``DecodeResult``.

    ``speculative``: a final started in the hope that the silence will last. ``cancelled`` is set by
    the recogniser once the result is not wanted any more: a job that has not started need not run
    and nothing is expected of it; the result of one that has run may still be handed in.
    """

    request: DecodeRequest
    speculative: bool = False
    cancelled: bool = field(default=False, init=False)

    @property
    def purpose(self) -> JobPurpose:
        """What it is for."""
        return self.request.purpose


@dataclass(slots=True, eq=False)
class StreamJob:
    """One step of an engine's stream; its result is the stream's present ``Hypothesis``."""

    step: Callable[[], Hypothesis]
    purpose: JobPurpose = "feed"
    speculative: bool = False
    cancelled: bool = field(default=False, init=False)

    def run(self) -> Hypothesis:
        """Do the step. Blocks."""
        return self.step()


Job = DecodeJob | StreamJob
