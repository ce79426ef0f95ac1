"""The recordings, as fixtures."""

from collections.abc import Callable
from io import BytesIO
from typing import cast

import av
import numpy as np
import pytest

from tests.unit.audio import recordings
from tests.unit.audio.recordings import BrowserRecording, Recording


@pytest.fixture(scope="session", params=recordings.SPECS)
def recording(request: pytest.FixtureRequest) -> Recording:
    """A recording in each format."""
    return recordings.recording(cast("str", request.param))


@pytest.fixture(scope="session")
def recording_of() -> Callable[[str], Recording]:
    """The recording of a name."""
    return recordings.recording


@pytest.fixture(scope="session", params=["opus.webm", "pcm.webm", "opus.mp4"])
def browser_recording(request: pytest.FixtureRequest) -> BrowserRecording:
    """A recording of each kind that Chromium makes."""
    return recordings.browser_recording(cast("str", request.param))


@pytest.fixture(scope="session")
def silent_video() -> bytes:
    """A video without an audio track."""
    file = BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=5, width=16, height=16, pix_fmt="yuvj420p")
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), "rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
