"""A whole recording as a session: the same limits, scheduler and history as live speech.

The recording is decoded in memory and fed as raw PCM, as fast as recognition takes it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from vivavoz.audio.file import open_audio_file
from vivavoz.audio.pcm import SAMPLE_RATE_HZ, Pcm
from vivavoz.errors import (
    DurationLimitReachedError,
    RecordingTooLongError,
    ResourceUnavailableError,
    ServerError,
    SessionCancelledError,
    VivavozError,
    error_of,
)
from vivavoz.runtime.connection import Closing, Connection
from vivavoz.runtime.manager import SessionManager, SessionRequest
from vivavoz.runtime.runner import SessionRunner
from vivavoz.session.entities import SOURCE_FILE, AudioChunk, TranscriptionResult, utc_now
from vivavoz.session.events import (
    Ack,
    AudioChunkReceived,
    Failed,
    RecordingOptions,
    SessionCompleted,
    StartRecording,
    StopRecording,
    TranscriptionFinal,
)

_MIME_TYPE = f"audio/pcm;rate={SAMPLE_RATE_HZ};channels=1"
_CHUNK_SAMPLES = 2 * SAMPLE_RATE_HZ
_CHUNKS_IN_FLIGHT = 8
_RETRY_AFTER_S = 10.0


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How much of the recording was taken in; ``duration_s`` is what its header says, if that."""

    audio_s: float
    duration_s: float | None


UploadEvent = UploadProgress | TranscriptionResult | SessionCompleted


class Uploads:
    """Transcribes uploaded recordings, a few at a time.

    Args:
        manager: of all sessions.
        limit: how many at the same time; each holds its recording in memory.
        duration_limit_s: how long one may be; see the setting.
        send_queue_events: see the setting.
    """

    def __init__(
        self, manager: SessionManager, limit: int, duration_limit_s: int, send_queue_events: int
    ) -> None:
        self._manager = manager
        self._free = limit
        self._duration_limit_s = duration_limit_s
        self._send_queue_events = send_queue_events

    async def transcribe(
        self,
        recording: bytes,
        *,
        source_file: str | None,
        is_kept: bool,
        language: str | None,
        options: RecordingOptions,
        address: str,
        user_id: str | None = None,
    ) -> AsyncIterator[UploadEvent]:
        """Transcribe a recording of any common container.

        Yields:
            Progress and finals in order; the last is ``SessionCompleted``.

        Raises:
            InvalidFormatError: there is no sound in it.
            RecordingTooLongError: its header says so, then nothing is done; or the session came to
                its limit, then its beginning was yielded and is kept.
            VivavozError: the session was not admitted or ended with this error.
        """
        if self._free <= 0:
            raise ResourceUnavailableError(
                "Other recordings are being transcribed; try again in "
                f"{_RETRY_AFTER_S:.0f} seconds.",
                retry_after_s=_RETRY_AFTER_S,
            )
        self._free -= 1
        connection = Connection(self._send_queue_events)
        try:
            with ExitStack() as opened:
                audio = await asyncio.to_thread(
                    lambda: opened.enter_context(open_audio_file(recording))
                )
                self._require_short_enough(audio.duration_s)
                request = SessionRequest(language=language, user_id=user_id, is_kept=is_kept)
                runner = self._manager.connect(connection, address, request)
                if source_file is not None:
                    runner.session.entity.metadata[SOURCE_FILE] = source_file
                feeder = _Feeder(runner, _chunks(audio.blocks), audio.duration_s)
                runner.receive(
                    StartRecording(mime_type=_MIME_TYPE, language=language, options=options)
                )
                try:
                    async for event in _events(connection, feeder):
                        yield event
                except VivavozError as error:
                    runner.discard(error)
                    raise
                finally:
                    runner.discard(SessionCancelledError("The upload was cancelled."))
        finally:
            self._free += 1

    def _require_short_enough(self, duration_s: float | None) -> None:
        if duration_s is not None and duration_s > self._duration_limit_s:
            raise RecordingTooLongError(
                f"The recording lasts {_minutes(duration_s)} and at most "
                f"{_minutes(self._duration_limit_s)} are transcribed at once. Send it in parts; "
                "`vivavoz transcribe` takes files of any length.",
                duration_s=round(duration_s),
                duration_limit=self._duration_limit_s,
            )


class _Feeder:
    """Keeps a bounded number of chunks on their way into the session."""

    def __init__(
        self, runner: SessionRunner, chunks: Iterator[Pcm], duration_s: float | None
    ) -> None:
        self._runner = runner
        self._chunks = chunks
        self._duration_s = duration_s
        self._sent = 0
        self._is_exhausted = False

    async def feed(self, acknowledged: int) -> None:
        """Send as many chunks as may be in flight, and the end after the last."""
        while not self._is_exhausted and self._sent - acknowledged < _CHUNKS_IN_FLIGHT:
            samples = await asyncio.to_thread(next, self._chunks, None)
            if samples is None:
                self._is_exhausted = True
                self._runner.receive(StopRecording(last_sequence_number=self._sent))
            else:
                self._sent += 1
                self._runner.receive(AudioChunkReceived(chunk=self._chunk_of(samples)))

    def progress(self, acknowledged: int) -> UploadProgress:
        """How far the session has taken it in."""
        audio_s = acknowledged * _CHUNK_SAMPLES / SAMPLE_RATE_HZ
        return UploadProgress(min(audio_s, self._duration_s or audio_s), self._duration_s)

    def _chunk_of(self, samples: Pcm) -> AudioChunk:
        audio = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
        return AudioChunk(
            chunk_id=str(self._sent),
            session_id=self._runner.session.entity.session_id,
            sequence_number=self._sent,
            timestamp=utc_now(),
            mime_type=_MIME_TYPE,
            audio_data=audio,
            size_bytes=len(audio),
        )


async def _events(connection: Connection, feeder: _Feeder) -> AsyncIterator[UploadEvent]:
    failure: VivavozError | None = None
    acknowledged = 0
    await feeder.feed(acknowledged)
    while not isinstance(event := await connection.next(), Closing):
        match event:
            case Ack(received_sequence_number=received) if received > acknowledged:
                acknowledged = received
                yield feeder.progress(acknowledged)
                await feeder.feed(acknowledged)
            case TranscriptionFinal(result=result):
                yield result
            case Failed(error=body) if not body.recoverable:
                failure = error_of(body.code, body.message, body.details)
                failure.is_counted = True  # by the session
            case SessionCompleted() if failure is not None:
                raise _cut_off(failure, event)
            case SessionCompleted():
                yield event
                return
            case _:
                pass
    raise failure or ServerError("The recording could not be transcribed; try again.")


def _cut_off(failure: VivavozError, completed: SessionCompleted) -> VivavozError:
    if not isinstance(failure, DurationLimitReachedError):
        return failure
    is_kept = "is in the history" if completed.saved else "is not kept"
    too_long = RecordingTooLongError(
        f"The first {_minutes(completed.duration_s)} of the recording were transcribed when its "
        f"session came to its limit; that text {is_kept}. Send the rest in parts; `vivavoz "
        "transcribe` takes files of any length.",
        transcript_id=str(completed.transcript_id) if completed.saved else None,
        **failure.details,
    )
    too_long.is_counted = failure.is_counted
    return too_long


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes"


def _chunks(blocks: Iterator[Pcm]) -> Iterator[Pcm]:
    held: list[Pcm] = []
    held_samples = 0
    for block in blocks:
        held.append(block)
        held_samples += len(block)
        if held_samples >= _CHUNK_SAMPLES:
            joined = np.concatenate(held)
            whole = len(joined) // _CHUNK_SAMPLES * _CHUNK_SAMPLES
            yield from joined[:whole].reshape(-1, _CHUNK_SAMPLES)
            held, held_samples = [joined[whole:]], len(joined) - whole
    rest = np.concatenate(held)
    if len(rest):
        yield rest
