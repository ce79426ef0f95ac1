"""Thousands of random histories of session, client and link, watched from the inside."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.client.link_model import LossyLink, ServerModel
from vivavoz.client.link import Link
from vivavoz.client.protocol import ClientProtocol
from vivavoz.session.deadlines import Moment
from vivavoz.session.entities import AudioChunk
from vivavoz.session.events import StartRecording

WEBM = "audio/webm;codecs=opus"
STEPS = 50
EXAMPLES = (settings.default or settings()).max_examples


class WatchedServer(ServerModel):
    """Remembers what each decoder was fed."""

    def __init__(self) -> None:
        super().__init__()
        self.fed: list[int] = []

    def restart(self, at: Moment) -> None:
        super().restart(at)
        self.fed = []

    def _transcribe(self, chunk: AudioChunk) -> None:
        self.fed.append(chunk.sequence_number)
        super()._transcribe(chunk)


class History(RuleBasedStateMachine):
    """A dictation in which anything may happen at any time, stop included."""

    def __init__(self) -> None:
        super().__init__()
        self.client = ClientProtocol(StartRecording(mime_type=WEBM), 0.0)
        self.server = WatchedServer()
        self.link = LossyLink(self.client, self.server)
        self.recorded = b""
        self.is_paused = self.stream_ended = self.is_stopped = False

    # --- what the person does ---------------------------------------------------------------------

    @precondition(lambda self: not (self.is_paused or self.is_stopped))
    @rule(audio=st.binary(min_size=1, max_size=2500))
    def record(self, audio: bytes) -> None:
        self.recorded += audio
        self.client.send_audio(audio, 0.0)

    @precondition(lambda self: not (self.is_paused or self.is_stopped))
    @rule(stream_ended=st.booleans())
    def pause(self, stream_ended: bool) -> None:
        self.is_paused, self.stream_ended = True, stream_ended
        self.client.pause(stream_ended=stream_ended)

    @precondition(lambda self: self.is_paused and not self.is_stopped)
    @rule()
    def go_on(self) -> None:
        self.is_paused = False
        self.client.resume(WEBM if self.stream_ended else None)

    @precondition(lambda self: not self.is_stopped and len(self.recorded) > 5000)
    @rule()
    def stop(self) -> None:
        self.is_stopped = True
        self.client.stop()

    # --- what the world does ----------------------------------------------------------------------

    @rule(frames=st.integers(1, 12))
    def carry(self, frames: int) -> None:
        self.link.carry(frames)

    @rule(seconds=st.floats(0.1, 3))
    def time_passes(self, seconds: float) -> None:
        self.link.advance(seconds)

    @rule(chunks=st.integers(0, 5))
    def commit(self, chunks: int) -> None:
        self.link.commit(chunks)

    @rule(chunks=st.integers(1, 5))
    def commit_and_die(self, chunks: int) -> None:
        """What was stored is stored, and nobody is told."""
        self.server.commit(chunks)
        self.link.cut()
        self.server.restart(self.link.moment)

    @precondition(lambda self: self.link.is_up)
    @rule()
    def cut(self) -> None:
        self.link.cut()

    @rule()
    def kill_server(self) -> None:
        self.link.cut()
        self.server.restart(self.link.moment)

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def a_decoder_is_fed_in_order_and_once(self) -> None:
        fed = self.server.fed
        assert fed == list(range(fed[0], fed[0] + len(fed))) if fed else True

    @invariant()
    def nothing_is_durable_that_is_not_stored(self) -> None:
        if self.server.session is not None:
            durable = self.server.session.durable.sequence_number
            assert set(range(1, durable + 1)) <= set(self.server.stored)

    @invariant()
    def the_client_keeps_what_may_be_asked_for(self) -> None:
        kept = b"".join(stream.audio for stream in self.client.unsaved_streams())
        assert self.recorded.endswith(kept)
        assert len(kept) >= len(self.recorded) - len(self.server.text)

    def teardown(self) -> None:
        if self.client.link is Link.BLOCKED:
            return
        if not self.is_stopped:
            self.client.stop()
        self.link.settle()
        assert self.server.text == self.recorded
        assert self.client.unsaved_chunks == 0


History.TestCase.settings = settings(
    stateful_step_count=STEPS, max_examples=max(EXAMPLES, 300), deadline=None
)
TestHistory = History.TestCase
