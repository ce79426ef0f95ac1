"""Every message there is, for the tests of their form on the wire."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from vivavoz.session.entities import (
    AudioChunk,
    RecognizedWord,
    SessionMetrics,
    SessionStatus,
    TranscriptionResult,
)
from vivavoz.session.events import (
    Ack,
    AudioChunkReceived,
    EngineInfo,
    ErrorBody,
    Failed,
    MetricsMeasured,
    PauseRecording,
    Ping,
    Pong,
    RecordingOptions,
    ResumeRecording,
    SessionCompleted,
    SessionCreated,
    SessionLimits,
    SessionResumed,
    StartRecording,
    StatusChanged,
    StopRecording,
    TranscriptionFinal,
    TranscriptionPartial,
    Warned,
)
from vivavoz.session.wire import decode_client

SESSION_ID = UUID("6f0c2a0e-3f55-4d0b-9f0e-6a5f3c6f2b11")
MIME_TYPE = "audio/webm;codecs=opus"
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
moments = st.floats(0, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
counts = st.integers(0, 2**53 - 1)
amounts = st.floats(0, 1e9, allow_nan=False)
shares = st.floats(0, 1)
statuses = st.sampled_from(SessionStatus)
mime_types = st.sampled_from([MIME_TYPE, "audio/pcm;rate=16000;channels=1", "audio/wav"])
details = st.dictionaries(text, st.none() | st.booleans() | counts | text, max_size=3)
chunks = st.builds(
    lambda audio, **fields: AudioChunk(audio_data=audio, size_bytes=len(audio), **fields),
    st.binary(min_size=1, max_size=200),
    chunk_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128),
    session_id=st.just(SESSION_ID),
    sequence_number=st.integers(1, 2**53 - 1),
    timestamp=moments,
    mime_type=mime_types,
)

client_events = st.one_of(
    st.builds(
        StartRecording,
        mime_type=mime_types,
        language=st.sampled_from([None, "es", "en", "auto", "yue"]),
        options=st.builds(
            RecordingOptions,
            initial_prompt=st.none() | text,
            hotwords=st.none() | text,
            metadata=st.dictionaries(text, text, max_size=3),
        ),
    ),
    st.builds(AudioChunkReceived, chunk=chunks),
    st.builds(PauseRecording, stream_ended=st.booleans()),
    st.builds(ResumeRecording, mime_type=st.none() | mime_types),
    st.builds(StopRecording, last_sequence_number=st.none() | counts),
    st.builds(Ping, timestamp=st.none() | amounts),
)

engines = st.builds(
    EngineInfo,
    name=text,
    model=text,
    device=text,
    languages=st.lists(text, max_size=3).map(tuple),
    detects_language=st.booleans(),
)

limits = st.builds(
    SessionLimits,
    duration_limit=counts,
    max_chunk_bytes=counts,
    max_chunks=counts,
    max_unacknowledged_chunks=counts,
    resume_window_s=amounts,
)

words = st.builds(RecognizedWord, text=text, start=amounts, end=amounts, probability=shares)
results = st.builds(
    lambda start, length, **fields: TranscriptionResult(
        start_time=start, end_time=start + length, **fields
    ),
    amounts,
    amounts,
    session_id=st.uuids(),
    sequence_number=counts,
    result_type=st.sampled_from(["partial", "final"]),
    text_content=text,
    confidence=shares,
    language=text,
    processing_time_ms=amounts,
    created_at=moments,
    words=st.lists(words, max_size=3).map(tuple),
    stable_text=st.none() | text,
)

server_events = st.one_of(
    st.builds(
        SessionCreated,
        session_id=st.uuids(),
        status=statuses,
        start_time=moments,
        resume_token=text,
        epoch=text,
        engine=engines,
        limits=limits,
    ),
    st.builds(
        SessionResumed,
        session_id=st.uuids(),
        status=statuses,
        epoch=text,
        next_sequence_number=counts,
        received_sequence_number=counts,
        durable_sequence_number=counts,
        confirmed_text=text,
        partial_text=text,
        engine=engines,
        limits=limits,
    ),
    st.builds(
        Ack, received_sequence_number=counts, durable_sequence_number=counts, queue_size=counts
    ),
    st.builds(TranscriptionPartial, result=results),
    st.builds(TranscriptionFinal, result=results),
    st.builds(StatusChanged, session_id=st.uuids(), status=statuses, previous=statuses),
    st.builds(
        MetricsMeasured,
        metrics=st.builds(
            SessionMetrics,
            session_id=st.uuids(),
            timestamp=moments,
            latency_ms=amounts,
            chunks_processed=counts,
            chunks_pending=counts,
            cpu_usage_percent=st.floats(0, 100),
            memory_usage_mb=amounts,
            gpu_available=st.booleans(),
            audio_quality_score=shares,
        ),
    ),
    st.builds(Warned, code=text, message=text, details=details, timestamp=moments),
    st.builds(
        Failed,
        error=st.builds(
            ErrorBody,
            code=text,
            message=text,
            details=details,
            timestamp=moments,
            request_id=text,
            recoverable=st.booleans(),
        ),
    ),
    st.builds(Pong, timestamp=st.none() | amounts, server_time=moments),
    st.builds(
        SessionCompleted,
        session_id=st.uuids(),
        transcript_id=st.none() | st.uuids(),
        saved=st.booleans(),
        reason=text,
        confirmed_text=text,
        duration_s=amounts,
        audio_chunks_received=counts,
    ),
)


def chunk_fields(**changes: Any) -> dict[str, Any]:
    """The data of an ``audio_chunk`` message, as JSON has it."""
    fields = {
        "chunk_id": "c-1",
        "sequence_number": 1,
        "timestamp": "2026-01-02T03:04:05Z",
        "mime_type": MIME_TYPE,
        "audio_data": base64.b64encode(b"sound").decode(),
        "size_bytes": 5,
    }
    return fields | changes


def decoded_chunk(**changes: Any) -> AudioChunk:
    """The chunk that comes of such a message."""
    event = decode_client("audio_chunk", chunk_fields(**changes), session_id=SESSION_ID)
    assert isinstance(event, AudioChunkReceived)
    return event.chunk
