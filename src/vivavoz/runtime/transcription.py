"""One session's audio on its way to text: audio thread, recogniser and scheduler joined."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from vivavoz.audio.decoder import AudioDecoder
from vivavoz.audio.formats import AudioFormat
from vivavoz.audio.levels import Levels
from vivavoz.recognition.outputs import Output, Partial
from vivavoz.recognition.recognizer import Job, Recognizer
from vivavoz.runtime.audio_thread import AudioBlock, AudioThread, StreamEnded
from vivavoz.runtime.job_queue import Outcome
from vivavoz.runtime.scheduler import Scheduler
from vivavoz.runtime.skipping import Skip
from vivavoz.session.records import DurableMark

_SAMPLE_RATE_HZ = 16_000
_MAX_BACKLOG_SAMPLES = 45 * _SAMPLE_RATE_HZ
_PAUSE_SETTLES_S = 0.3


class Listener(Protocol):
    """Who is told what came of the audio."""

    def stream_began(self, first_sample: int) -> None:
        """The decoder came to the next container stream, whose audio begins at this sample."""

    def audio_decoded(self, mark: DurableMark, levels: Levels) -> None:
        """The decoder has come this far, and what it gave was so loud."""

    def said(self, output: Output, recognition_s: float) -> None:
        """The recogniser has something to say; the decode behind it took so long."""

    def decoded(self, ran_s: float) -> None:
        """A decode was at work for so long."""

    def settled(self, sample_index: int) -> None:
        """Everything before this sample is final."""

    def audio_refused(self, error: Exception) -> None:
        """The stream could not be decoded any further."""

    def all_settled(self) -> None:
        """After ``finish``: everything is final."""


@dataclass(slots=True)
class _Stream:
    """A container stream on its way through the audio thread."""

    decoder: AudioDecoder
    has_audio: bool = False


class Transcription:
    """Recognition of one session. Belongs to the event loop.

    Args:
        session_id: whose jobs these are.
        recognizer: fresh.
        scheduler: who decodes.
        listener: who is told.
        first_sample: where on the session's timeline the first stream begins.
        skip_to_sample: audio before it is final already: decoded, but heard as silence.
        wants_partials: whether partials are told, and partial decodes worth their cost.
    """

    def __init__(
        self,
        session_id: UUID,
        recognizer: Recognizer,
        scheduler: Scheduler,
        listener: Listener,
        *,
        first_sample: int = 0,
        skip_to_sample: int = 0,
        wants_partials: bool = True,
    ) -> None:
        self._id = session_id
        self._recognizer = recognizer
        self._scheduler = scheduler
        self._listener = listener
        self._first_sample = first_sample
        self._skip = Skip(first_sample, skip_to_sample)
        self._wants_partials = wants_partials
        self._decoded_samples = first_sample
        self._settled_sample = first_sample
        self._loop = asyncio.get_running_loop()
        self._audio = AudioThread(self._from_audio_thread)
        self._streams: deque[_Stream] = deque()
        self._finals_awaited: set[Job] = set()
        self._no_finals_awaited = asyncio.Event()
        self._no_finals_awaited.set()
        self._is_paused = False
        self._is_finishing = False
        self._is_winding_down = False
        self._is_closed = False

    @property
    def first_sample(self) -> int:
        """Where the recogniser's time begins on the session's timeline."""
        return self._first_sample

    @property
    def pending_chunks(self) -> int:
        """Chunks waiting for the decoder."""
        return sum(stream.decoder.pending_chunks for stream in self._streams)

    def begin_stream(self, audio_format: AudioFormat) -> None:
        """A container stream of that format follows; the one before has ended."""
        self.end_stream()
        decoder = AudioDecoder(audio_format, self._audio)
        self._is_paused = False
        self._streams.append(_Stream(decoder))
        self._audio.decode(decoder)
        if len(self._streams) == 1:
            self._listener.stream_began(self._decoded_samples)

    def feed(self, data: bytes, sequence_number: int) -> None:
        """The stream's next chunk; dropped when the stream broke off."""
        if self._streams:
            self._streams[-1].has_audio = True
            self._streams[-1].decoder.feed(data, sequence_number)

    def pause(self, *, stream_ended: bool) -> None:
        """Make final what was said; the same container goes on unless its stream has ended."""
        self._is_paused = True
        if stream_ended:
            self.end_stream()
        else:
            self._loop.call_later(_PAUSE_SETTLES_S, self._flush_once_decoded)

    def resume(self) -> None:
        """Audio of the same container follows."""
        self._is_paused = False

    def end_stream(self) -> None:
        """The present container holds no more audio."""
        if self._streams:
            self._streams[-1].decoder.end()

    async def wind_down(self, timeout_s: float) -> None:
        """Hear nothing more and wait for the finals that are being decoded. An utterance that is
        still open is left to the client, which keeps its audio."""
        self._is_winding_down = True
        self._audio.hold()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._no_finals_awaited.wait()

    def finish(self) -> None:
        """No more audio comes: make everything final."""
        self._is_finishing = True
        self.end_stream()
        self._finish_if_settled()

    def close(self) -> None:
        """Free everything; nothing more is told."""
        self._is_closed = True
        for stream in self._streams:
            stream.decoder.abort()
        self._audio.abort()
        self._scheduler.cancel(self._id)
        self._recognizer.close()

    # --- audio ------------------------------------------------------------------------------------

    def _from_audio_thread(self, news: AudioBlock | StreamEnded) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._take, news)

    def _take(self, news: AudioBlock | StreamEnded) -> None:
        if self._is_closed:
            return
        if isinstance(news, AudioBlock):
            self._take_block(news)
        else:
            self._take_end(news)
        self._advance(0.0)

    def _take_block(self, block: AudioBlock) -> None:
        samples, probabilities = self._skip.apply(block.samples, block.probabilities)
        self._decoded_samples += len(samples)
        self._listener.audio_decoded(
            DurableMark(block.complete_sequence_number, self._decoded_samples),
            block.levels,
        )
        self._recognizer.push(samples, probabilities)

    def _take_end(self, end: StreamEnded) -> None:
        stream = self._streams.popleft()
        if self._streams:
            self._listener.stream_began(self._decoded_samples)
        if end.error is not None and stream.has_audio:
            self._listener.audio_refused(end.error)
        self._recognizer.flush()

    def _flush_once_decoded(self) -> None:
        """A busy machine may not have decoded yet what was said before the pause."""
        if not self._streams or self._streams[-1].decoder.is_exhausted:
            self._loop.call_soon(self._flush_if_paused)  # behind the last audio on its way here
        elif self._is_paused and not self._is_closed:
            self._loop.call_later(_PAUSE_SETTLES_S, self._flush_once_decoded)

    def _flush_if_paused(self) -> None:
        if self._is_paused and not self._is_closed:
            self._recognizer.flush()
            self._advance(0.0)

    # --- recognition ------------------------------------------------------------------------------

    def _advance(self, recognition_s: float) -> None:
        for job in self._recognizer.next_jobs():
            if job.purpose == "partial" and not self._wants_partials:
                self._recognizer.job_dropped(job)
                continue
            if job.purpose == "final" and not job.speculative:
                self._finals_awaited.add(job)
            self._scheduler.submit(self._id, job, self._job_ended)
        for output in self._recognizer.outputs():
            if self._wants_partials or not isinstance(output, Partial):
                self._listener.said(output, recognition_s)
        settled_sample = self._first_sample + self._recognizer.settled_sample
        if settled_sample > self._settled_sample:
            self._settled_sample = settled_sample
            self._listener.settled(settled_sample)
        self._finals_awaited = {job for job in self._finals_awaited if not job.cancelled}
        if self._finals_awaited:
            self._no_finals_awaited.clear()
        else:
            self._no_finals_awaited.set()
        self._keep_backlog_bounded()
        self._finish_if_settled()

    def _job_ended(self, outcome: Outcome) -> None:
        if self._is_closed:
            return
        self._listener.decoded(outcome.ran_s)
        self._finals_awaited.discard(outcome.job)
        if outcome.dropped:
            self._recognizer.job_dropped(outcome.job)
        elif outcome.error is not None:
            self._recognizer.job_failed(outcome.job, outcome.error)
        elif outcome.result is not None:
            self._recognizer.job_done(outcome.job, outcome.result)
        self._advance(outcome.ran_s)

    def _keep_backlog_bounded(self) -> None:
        backlog_samples = self._decoded_samples - self._settled_sample
        if self._is_winding_down or backlog_samples > _MAX_BACKLOG_SAMPLES:
            self._audio.hold()
        else:
            self._audio.release()

    def _finish_if_settled(self) -> None:
        if self._is_finishing and not self._streams and self._recognizer.is_settled:
            self._is_finishing = False
            self._listener.all_settled()
