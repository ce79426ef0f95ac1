"""Tells a session's client and its store what came of the audio."""

from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import partial

from vivavoz.audio.levels import Levels
from vivavoz.errors import RecognitionFailedError, StorageFailedError
from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.recognition.outputs import Lost, Output, Partial
from vivavoz.runtime.journal import Journal
from vivavoz.runtime.line import ClientLine
from vivavoz.runtime.measurements import SessionGauge
from vivavoz.runtime.results import appended, result_of
from vivavoz.runtime.services import Services
from vivavoz.session.entities import (
    AudioChunk,
    SessionMetrics,
    SessionStatus,
    TranscriptionResult,
)
from vivavoz.session.events import (
    SessionCompleted,
    TranscriptionFinal,
    TranscriptionPartial,
    Warned,
    WarningCode,
)
from vivavoz.session.records import ContainerStream, DurableMark, SavedTranscript, SessionSummary
from vivavoz.session.session import Session

_SAMPLE_RATE_HZ = 16_000
_ADVANCE_EVERY_SAMPLES = 5 * _SAMPLE_RATE_HZ
_WARN_AGAIN_AFTER_S = 10.0


class Reporter:
    """Turns what the recogniser says into events, confirmed text and committed segments.

    Args:
        session: whose text it is; its entity and its durable mark are kept up to date.
        services: the server's.
        line: to the client.
        capabilities: of the engine in use.
        durable_moved: called when chunks became safe to forget.
        failed: told what nobody foresaw while the store was written.
    """

    def __init__(
        self,
        session: Session,
        services: Services,
        line: ClientLine,
        capabilities: EngineCapabilities,
        *,
        durable_moved: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._session = session
        self._services = services
        self._line = line
        self._engine = capabilities
        self._durable_moved = durable_moved
        self._first_sample = self._stored_sample = session.watermarks.decoded.sample_index
        self._offset_s = self._first_sample / _SAMPLE_RATE_HZ
        self._streams_announced: deque[ContainerStream] = deque()
        self._streams_to_store: deque[ContainerStream] = deque()
        self._warned_at_s: float | None = None
        self.gauge = SessionGauge(services.clock.now().monotonic_s)
        self.journal = Journal(services.store_executor, self._committed, self._refused, failed)

    def stream_announced(self, stream: ContainerStream) -> None:
        """A container stream follows; how much audio is before it is known once it began."""
        self._streams_announced.append(stream)

    def stream_began(self, first_sample: int) -> None:
        """The decoder came to the next container stream. The store hears of it once all before it
        is final, so that a restarted server asks for everything that is not."""
        stream = replace(self._streams_announced.popleft(), first_sample=first_sample)
        self._streams_to_store.append(stream)
        self._store_streams_after(self._session.watermarks.settled)

    def chunk_taken(self, chunk: AudioChunk) -> None:
        """A chunk goes to the decoder."""
        self.gauge.chunk_came(chunk.sequence_number, self._services.clock.now().monotonic_s)
        self._services.counters.chunks.inc()
        self._services.counters.audio_bytes.inc(chunk.size_bytes)

    def audio_decoded(self, mark: DurableMark, levels: Levels) -> None:
        """The decoder has come this far."""
        self._session.watermarks.decoder_reached(mark)
        self.gauge.audio_decoded(mark, levels, self._services.clock.now().monotonic_s)

    def said(self, output: Output, recognition_s: float) -> None:
        """The recogniser has something to say."""
        if isinstance(output, Lost):
            self._declare_lost(output)
            return
        end_sample = self._first_sample + output.end_sample
        result = result_of(
            output,
            session_id=self._session.entity.session_id,
            sequence_number=self._session.watermarks.chunk_at(end_sample),
            offset_s=self._offset_s,
            processing_time_ms=recognition_s * 1000,
        )
        self._measure(result.result_type, end_sample)
        entity = self._session.entity
        if isinstance(output, Partial):
            self.gauge.partials += 1
            entity.partial_text = output.text
            self._line.send(TranscriptionPartial(result=result))
            return
        self.gauge.finals += 1
        self.gauge.words += len(output.words)
        entity.partial_text = ""
        entity.confirmed_text = appended(entity.confirmed_text, output.text)
        self._line.send(TranscriptionFinal(result=result))
        self._commit(result, end_sample)

    def settled(self, sample_index: int) -> None:
        """Everything before this sample is final: durable once the writes before are committed."""
        mark = self._session.watermarks.settle(sample_index)
        self._store_streams_after(mark)
        if sample_index - self._stored_sample >= _ADVANCE_EVERY_SAMPLES:
            self._stored_sample = sample_index
            session_id = self._session.entity.session_id
            advance = partial(self._services.store.advance, session_id, mark, self._summary())
            self.journal.write(advance, mark)
        else:
            self.journal.write_nothing(mark)

    def warn(self, warned: Warned) -> None:
        """Something that the client should know."""
        self._line.send(warned)

    def measure(self, pending_chunks: int, *, gpu: bool) -> SessionMetrics:
        """One measurement."""
        return self.gauge.metrics(
            self._session.entity.session_id,
            self._services.process.read(self._services.clock.now().monotonic_s),
            pending=pending_chunks,
            gpu=gpu,
        )

    def loss_declared(self) -> None:
        """The session's metadata name a loss: a restarted server must know of it."""
        entity = self._session.entity
        keep = partial(self._services.store.keep_metadata, entity.session_id)
        self.journal.write(partial(keep, deepcopy(entity.metadata)))

    def forget(self) -> None:
        """Forget what is not written yet, and what the store has of the session."""
        self.journal.abandon()
        session_id = self._session.entity.session_id
        self.journal.write(partial(self._services.store.discard, session_id))

    async def keep(self, outcome: str) -> SessionCompleted:
        """Consolidate the session into the history, unless there is no text to keep; what the
        client is told of it. A store that refuses is asked again for as long as the server runs.
        """
        kept: list[SavedTranscript | None] = []
        entity, store = self._session.entity, self._services.store
        summary = self._summary()
        done = entity.model_copy(update={"status": SessionStatus.COMPLETED})
        self.journal.write(lambda: kept.append(store.complete(done, outcome, summary)))
        await self.journal.flushed(None)
        saved = kept[0] if kept else None
        return SessionCompleted(
            session_id=entity.session_id,
            transcript_id=saved.transcript_id if saved else None,
            saved=saved is not None,
            reason=outcome,
            confirmed_text=entity.confirmed_text,
            duration_s=summary.audio_s,
            audio_chunks_received=entity.audio_chunks_received,
        )

    def _summary(self) -> SessionSummary:
        """What the session came to so far, in earlier processes too."""
        summary = self.gauge.summary(
            engine=self._engine.name,
            model=self._engine.model,
            chunks=self._session.intake.chunks_received,
            size_bytes=self._session.intake.bytes_received,
            reconnects=self._session.reconnects,
            at_s=self._services.clock.now().monotonic_s,
        )
        earlier = self._session.earlier_summary
        return summary if earlier is None else earlier.joined(summary)

    def _store_streams_after(self, mark: DurableMark) -> None:
        streams = self._streams_to_store
        while streams and streams[0].first_sequence_number <= mark.sequence_number + 1:
            begin = partial(self._services.store.begin_stream, self._session.entity.session_id)
            self.journal.write(partial(begin, streams.popleft()))

    def _commit(self, result: TranscriptionResult, end_sample: int) -> None:
        mark = self._session.watermarks.settle(end_sample)
        self._stored_sample = end_sample
        append = partial(self._services.store.append_final, result, mark, self._summary())
        self.journal.write(append, mark)

    def _measure(self, result_type: str, end_sample: int) -> None:
        now_s = self._services.clock.now().monotonic_s
        latency_ms = self.gauge.text_shown(end_sample, now_s)
        counters = self._services.counters
        counters.results.labels(result_type).inc()
        counters.latency.labels(result_type).observe(latency_ms / 1000)
        threshold_ms = self._services.settings.latency_warning_ms
        may_warn = self._warned_at_s is None or now_s - self._warned_at_s > _WARN_AGAIN_AFTER_S
        if latency_ms > threshold_ms and may_warn:
            self._warned_at_s = now_s
            self._line.send(
                Warned(
                    code=WarningCode.LATENCY_HIGH,
                    message=f"Text lags {latency_ms / 1000:.1f} s behind the speech.",
                    details={"latency_ms": round(latency_ms)},
                )
            )

    def _declare_lost(self, lost: Lost) -> None:
        times = {
            "start_s": round(self._offset_s + lost.start_s, 3),
            "end_s": round(self._offset_s + lost.end_s, 3),
        }
        self._session.entity.metadata.setdefault("lost_speech", []).append(times)
        self.loss_declared()
        self._line.fail(
            RecognitionFailedError(
                f"Speech from {times['start_s']:.1f} s to {times['end_s']:.1f} s could not be "
                "transcribed; the rest goes on.",
                **times,
                reason=lost.reason,
            )
        )

    def _committed(self, mark: DurableMark) -> None:
        if self._session.committed(mark):
            self._durable_moved()

    def _refused(self, error: StorageFailedError) -> None:
        self._line.fail(error)
