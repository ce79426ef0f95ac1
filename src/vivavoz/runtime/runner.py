"""Drives one session: what its client sends, what runs out, and how it ends.

Everything here runs on the event loop and returns at once; decoding, recognition and storage happen
on threads that report back.
"""

import asyncio
from collections.abc import Callable

from vivavoz.audio.levels import Levels
from vivavoz.errors import ConnectionLostError, LimitError, VivavozError
from vivavoz.recognition.recognizer import Output
from vivavoz.runtime.alarm import Alarm
from vivavoz.runtime.connection import COMPLETED, Closing, Connection, closing_for
from vivavoz.runtime.expiry import run_out
from vivavoz.runtime.failures import internal_error
from vivavoz.runtime.flow_control import FlowControl
from vivavoz.runtime.line import ClientLine
from vivavoz.runtime.recording import Recording
from vivavoz.runtime.reporter import Reporter
from vivavoz.runtime.services import Recognition, Services
from vivavoz.session.deadlines import Deadline
from vivavoz.session.entities import SessionMetrics
from vivavoz.session.events import (
    AudioChunkReceived,
    ClientEvent,
    MetricsMeasured,
    PauseRecording,
    Ping,
    Pong,
    ResumeRecording,
    SessionCompleted,
    StartRecording,
    StopRecording,
)
from vivavoz.session.records import AWAY_OUTCOMES, DurableMark, SessionTerms
from vivavoz.session.session import Session


class SessionRunner:
    """A session at work.

    Args:
        session: its rules.
        services: the server's.
        recognition: the engine at work.
        terms: with what it was opened.
        on_ended: told once, when the session has reached a terminal status and is freed.
    """

    def __init__(
        self,
        session: Session,
        services: Services,
        recognition: Recognition,
        terms: SessionTerms,
        on_ended: Callable[["SessionRunner"], None],
    ) -> None:
        self.session = session
        self.terms = terms
        self.farewell: SessionCompleted | None = None
        self._services = services
        self._capabilities = recognition.engine.capabilities
        self._on_ended = on_ended
        self._ending: asyncio.Task[None] | None = None
        self._outcome = "stopped"
        self.ended = asyncio.Event()
        self.line = ClientLine(session, services, self._capabilities)
        self.reporter = Reporter(
            session,
            services,
            self.line,
            self._capabilities,
            durable_moved=lambda: self._flow_control.acknowledge(),
            failed=lambda error: self.fail(internal_error(error)),
        )
        self._recording = Recording(session, services, recognition, self.reporter, self, terms)
        self._flow_control = FlowControl(session, self._recording, self.line)
        self._alarm = Alarm(services.clock, session.deadlines, self._run_out)
        self._recording.start_again()
        self._alarm.set_again()

    @property
    def is_ending_unattended(self) -> bool:
        """Whether it is being saved because its client stayed away."""
        return self._outcome in AWAY_OUTCOMES

    # --- the connection ---------------------------------------------------------------------------

    def connect(self, connection: Connection, resume_token: str) -> None:
        """The client's first connection."""
        self.session.connected(self._services.clock.now())
        self.line.greet(connection, resume_token)
        self._after_event()

    def resume(self, connection: Connection) -> None:
        """The client is back on a new connection; the older one, if any, is closed.

        Raises:
            TooManyReconnectsError: nothing was changed.
        """
        self.session.connection_resumed(self._services.clock.now())
        self.line.welcome_back(connection)
        self._after_event()

    def disconnect(self, connection: Connection) -> None:
        """A connection is gone; of no matter if a newer one took its place."""
        if connection is self.line.connection:
            self.line.connection = None
            self.session.connection_lost(self._services.clock.now())
            self._after_event()

    # --- client events ----------------------------------------------------------------------------

    def receive(self, event: ClientEvent) -> None:
        """Handle what the client sent; what is wrong with it is answered by an ``error`` event."""
        if self.ended.is_set():
            return
        try:
            self.session.heard_from_client(self._services.clock.now())
            self._handle(event)
        except VivavozError as error:
            self.line.fail(error)
            if isinstance(error, LimitError) and not error.recoverable:
                self.finalize(error.code.lower())
        except Exception as error:
            self.fail(internal_error(error))
        self._after_event()

    def _handle(self, event: ClientEvent) -> None:
        now = self._services.clock.now()
        match event:
            case AudioChunkReceived(chunk=chunk):
                self._recording.feed(self.session.receive_chunk(chunk, now))
                self._flow_control.chunk_came()
            case StartRecording():
                self._recording.start(event)
                self._expect_metrics()
            case PauseRecording(stream_ended=stream_ended):
                self._recording.pause(stream_ended=stream_ended)
            case ResumeRecording(mime_type=mime_type):
                self._recording.resume(mime_type)
            case StopRecording(last_sequence_number=last):
                self.session.stop_recording(last, now)
                self.session.intake.ask_for_missing()
            case Ping(timestamp=timestamp):
                self.line.send(Pong(timestamp=timestamp))

    # --- what came of the audio (Listener) --------------------------------------------------------

    def stream_began(self, first_sample: int) -> None:
        """The decoder came to the next container stream."""
        self.reporter.stream_began(first_sample)

    def audio_decoded(self, mark: DurableMark, levels: Levels) -> None:
        """The decoder has come this far."""
        self.reporter.audio_decoded(mark, levels)
        self._flow_control.audio_decoded()
        if mark.audio_s > self.session.entity.duration_limit:
            run_out(self, Deadline.DURATION, self._services.clock.now())

    def said(self, output: Output, recognition_s: float) -> None:
        """The recogniser has something to say."""
        self.reporter.said(output, recognition_s)

    def decoded(self, ran_s: float) -> None:
        """A decode was at work for so long."""
        self.reporter.gauge.recognition_s += ran_s

    def settled(self, sample_index: int) -> None:
        """Everything before this sample is final."""
        self.reporter.settled(sample_index)

    def audio_refused(self, error: Exception) -> None:
        """The stream cannot be decoded any further: end with what there is."""
        failure = error if isinstance(error, VivavozError) else internal_error(error)
        entity = self.session.entity
        if not (entity.confirmed_text or entity.partial_text):
            self.fail(failure)
            return
        self.line.fail(failure, is_the_end=True)
        self.finalize(failure.code.lower())

    def all_settled(self) -> None:
        """Everything is final: keep it and end."""
        if self._ending is None:
            self._ending = asyncio.get_running_loop().create_task(self._complete())

    # --- what runs out ----------------------------------------------------------------------------

    def give_up_gap(self) -> None:
        """Go on without chunks that never came."""
        if self.session.intake.is_waiting:
            self._recording.feed(self.session.declare_gap(self._services.clock.now()))
            self.reporter.loss_declared()
            self._ask_for_missing()

    def _ask_for_missing(self) -> None:
        try:
            self.session.intake.ask_for_missing()
        except VivavozError as error:
            self.line.fail(error)

    def measure(self) -> None:
        """Send one measurement, and another in a while."""
        self.line.send(MetricsMeasured(metrics=self.measured()))
        self._expect_metrics()

    def measured(self) -> SessionMetrics:
        """One measurement."""
        pending = self._recording.pending_chunks
        return self.reporter.measure(pending, gpu=self._capabilities.device != "cpu")

    def finalize(self, outcome: str, error: VivavozError | None = None) -> None:
        """End the recording from the server's side; what was said is transcribed and kept. One
        in which nothing was recorded ends in an error."""
        if self.session.is_terminal or self.session.input_is_complete:
            return
        if not self._recording.has_started:
            self.fail(error or ConnectionLostError("The session ended before it recorded."))
            return
        if error is not None:
            self.line.fail(error, is_the_end=True)
        self._outcome = outcome
        self._recording.feed(self.session.finalize(self._services.clock.now()))
        self._after_event()

    def fail(self, error: VivavozError) -> None:
        """End the session without a transcript."""
        if self.session.is_terminal:
            return
        self.line.fail(error, is_the_end=True)
        self._outcome = error.code.lower()
        self.session.fail()
        self.line.send_all(self.session.events_to_send())
        if not self.session.entity.confirmed_text:
            self.reporter.forget()
        self._free(closing_for(error))

    def discard(self, error: VivavozError) -> None:
        """End the session, if it has not ended, and forget its text."""
        if self.session.is_terminal:
            return
        self.reporter.forget()
        self.fail(error)

    # --- the end ----------------------------------------------------------------------------------

    async def part(self, error: VivavozError, timeout_s: float) -> None:
        """The server stops: keep what is final, and send the client away to come back later. The
        session stays in the store as it is, to be resumed."""
        await self._recording.wind_down(timeout_s)
        if self._ending is not None:
            await asyncio.wait({self._ending}, timeout=timeout_s)
        if not self.ended.is_set():
            self.line.fail(error, is_the_end=True)
            self._free(closing_for(error))

    async def _complete(self) -> None:
        try:
            self.farewell = await self.reporter.keep(self._outcome)
        except VivavozError as error:
            self.fail(error)
            return
        except Exception as error:
            self.fail(internal_error(error))
            return
        if not self.ended.is_set():
            self.session.complete()
            self.line.send_all(self.session.events_to_send())
            self.line.send(self.farewell)
            self._free(COMPLETED)

    def _free(self, closing: Closing) -> None:
        self._alarm.cancel()
        self._recording.close()
        self.line.close(closing)
        self.line.connection = None
        self.ended.set()
        self._services.counters.sessions_ended.labels(self._outcome).inc()
        self._on_ended(self)

    # --- after every event ------------------------------------------------------------------------

    def _after_event(self) -> None:
        if self.ended.is_set():
            return
        self._recording.finish_if_complete()
        self.line.send_all(self.session.events_to_send())
        self._alarm.set_again()

    def _expect_metrics(self) -> None:
        next_s = self._services.clock.now().monotonic_s + self._services.settings.metrics_interval_s
        self.session.deadlines.set(Deadline.METRICS, next_s)

    def _run_out(self, deadline: Deadline) -> None:
        if not self.ended.is_set():
            run_out(self, deadline, self._services.clock.now())
            self._after_event()
