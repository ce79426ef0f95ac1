"""Whatever the link does, every byte that was recorded arrives once and in order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.unit.client.link_model import LossyLink, ServerModel
from vivavoz.client.link import Link
from vivavoz.client.protocol import ClientProtocol
from vivavoz.session.events import StartRecording

WEBM = "audio/webm;codecs=opus"


class Dictation(RuleBasedStateMachine):
    """Client, link and server, with anything happening at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.client = ClientProtocol(StartRecording(mime_type=WEBM), 0.0)
        self.server = ServerModel()
        self.link = LossyLink(self.client, self.server)
        self.recorded = b""
        self.is_paused = False
        self.stream_ended = False

    @precondition(lambda self: not self.is_paused)
    @rule(audio=st.binary(min_size=1, max_size=30))
    def record(self, audio: bytes) -> None:
        self.recorded += audio
        self.client.send_audio(audio, 0.0)

    @precondition(lambda self: not self.is_paused)
    @rule(stream_ended=st.booleans())
    def pause(self, stream_ended: bool) -> None:
        self.is_paused, self.stream_ended = True, stream_ended
        self.client.pause(stream_ended=stream_ended)

    @precondition(lambda self: self.is_paused)
    @rule()
    def go_on(self) -> None:
        self.is_paused = False
        self.client.resume(WEBM if self.stream_ended else None)

    @rule(frames=st.integers(1, 12))
    def carry(self, frames: int) -> None:
        self.link.carry(frames)

    @rule(seconds=st.floats(0.1, 3))
    def time_passes(self, seconds: float) -> None:
        self.link.advance(seconds)

    @rule(chunks=st.integers(0, 5))
    def commit(self, chunks: int) -> None:
        self.link.commit(chunks)

    @precondition(lambda self: self.link.is_up)
    @rule()
    def cut(self) -> None:
        self.link.cut()

    @rule()
    def kill_server(self) -> None:
        self.link.cut()
        self.server.restart(self.link.moment)

    def teardown(self) -> None:
        if self.client.link is Link.BLOCKED:
            kept = b"".join(stream.audio for stream in self.client.unsaved_streams())
            assert self.recorded.endswith(kept)
            assert len(kept) >= len(self.recorded) - len(self.server.text)
            return
        self.client.stop()
        self.link.settle()
        assert self.server.text == self.recorded
        assert self.client.unsaved_chunks == 0


Dictation.TestCase.settings = settings(
    max_examples=300, stateful_step_count=40, deadline=None, derandomize=True
)
TestDictation = Dictation.TestCase
