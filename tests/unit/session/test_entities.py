"""The rules of the four entities: what is taken and what is refused."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from vivavoz.session.entities import (
    MAX_CHUNK_BYTES,
    AudioChunk,
    RecognizedWord,
    SessionMetrics,
    SessionStatus,
    StreamingSession,
    TranscriptionResult,
    utc_now,
)

SESSION_ID = UUID("6a0e8dc2-5a56-4e0c-a3c2-7a5ae4c6a8b1")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
AUDIO = b"\x1a\x45\xdf\xa3"


def chunk(**changes: Any) -> AudioChunk:
    """A valid chunk with some fields changed."""
    fields: dict[str, Any] = {
        "chunk_id": "a",
        "session_id": SESSION_ID,
        "sequence_number": 1,
        "timestamp": NOON,
        "mime_type": "audio/webm;codecs=opus",
        "audio_data": AUDIO,
        "size_bytes": len(AUDIO),
    }
    return AudioChunk(**{**fields, **changes})


def result(**changes: Any) -> TranscriptionResult:
    """A valid result with some fields changed."""
    fields: dict[str, Any] = {
        "session_id": SESSION_ID,
        "sequence_number": 3,
        "result_type": "partial",
        "text_content": "hello",
        "confidence": 0.5,
        "start_time": 1.0,
        "end_time": 2.0,
        "language": "en",
        "processing_time_ms": 10.0,
    }
    return TranscriptionResult(**{**fields, **changes})


def metrics(**changes: Any) -> SessionMetrics:
    """A valid measurement with some fields changed."""
    fields: dict[str, Any] = {
        "session_id": SESSION_ID,
        "latency_ms": 12.5,
        "chunks_processed": 5,
        "chunks_pending": 0,
        "cpu_usage_percent": 40.0,
        "memory_usage_mb": 300.0,
        "gpu_available": False,
        "audio_quality_score": 0.9,
    }
    return SessionMetrics(**{**fields, **changes})


def session(**changes: Any) -> StreamingSession:
    """A new session with some fields changed."""
    return StreamingSession(**changes)


MAKERS = {"session": session, "chunk": chunk, "result": result, "metrics": metrics}

TAKEN = [
    ("session", "duration_limit", 60),
    ("session", "duration_limit", 3600),
    ("session", "user_id", "ada"),
    ("session", "status", "recording"),
    ("session", "audio_chunks_received", 0),
    ("session", "metadata", {"title": "Notes", "nested": {"n": 1}}),
    ("chunk", "sequence_number", 1),
    ("chunk", "chunk_id", "c" * 128),
    ("chunk", "mime_type", "audio/webm"),
    ("chunk", "mime_type", "audio/webm; codecs=opus"),
    ("chunk", "mime_type", 'audio/mp4;codecs="mp4a.40.2"'),
    ("chunk", "mime_type", "audio/pcm;rate=16000;channels=1"),
    ("result", "result_type", "final"),
    ("result", "text_content", ""),
    ("result", "confidence", 0.0),
    ("result", "confidence", 1.0),
    ("result", "end_time", 1.0),
    ("result", "sequence_number", 0),
    ("result", "processing_time_ms", 0.0),
    ("result", "stable_text", "hel"),
    ("metrics", "cpu_usage_percent", 0.0),
    ("metrics", "cpu_usage_percent", 100.0),
    ("metrics", "audio_quality_score", 1.0),
    ("metrics", "chunks_pending", 0),
]
REFUSED = [
    ("session", "duration_limit", 59),
    ("session", "duration_limit", 3601),
    ("session", "status", "sleeping"),
    ("session", "session_id", "not-a-uuid"),
    ("session", "audio_chunks_received", -1),
    ("session", "metadata", "text"),
    ("session", "nickname", "unknown field"),
    ("chunk", "chunk_id", ""),
    ("chunk", "chunk_id", "c" * 129),
    ("chunk", "session_id", "not-a-uuid"),
    ("chunk", "sequence_number", 0),
    ("chunk", "sequence_number", -1),
    ("chunk", "mime_type", "video/webm"),
    ("chunk", "mime_type", "audio/"),
    ("chunk", "mime_type", "audio"),
    ("chunk", "mime_type", ""),
    ("chunk", "mime_type", "audio/webm;codecs"),
    ("chunk", "audio_data", "not base64!"),
    ("chunk", "audio_data", b""),
    ("chunk", "size_bytes", 0),
    ("chunk", "size_bytes", len(AUDIO) + 1),
    ("chunk", "size_bytes", len(AUDIO) - 1),
    ("result", "result_type", "maybe"),
    ("result", "confidence", -0.01),
    ("result", "confidence", 1.01),
    ("result", "confidence", float("nan")),
    ("result", "start_time", -0.1),
    ("result", "end_time", 0.5),
    ("result", "end_time", float("inf")),
    ("result", "sequence_number", -1),
    ("result", "processing_time_ms", -1.0),
    ("metrics", "latency_ms", -1.0),
    ("metrics", "latency_ms", float("nan")),
    ("metrics", "chunks_processed", -1),
    ("metrics", "chunks_pending", -1),
    ("metrics", "cpu_usage_percent", -0.1),
    ("metrics", "cpu_usage_percent", 100.1),
    ("metrics", "memory_usage_mb", -1.0),
    ("metrics", "audio_quality_score", 1.1),
    ("metrics", "audio_quality_score", -0.1),
]


@pytest.mark.parametrize(("entity", "field", "value"), TAKEN)
def test_values_inside_the_rules_are_taken(entity: str, field: str, value: object) -> None:
    assert getattr(MAKERS[entity](**{field: value}), field) == value


@pytest.mark.parametrize(("entity", "field", "value"), REFUSED)
def test_values_outside_the_rules_are_refused(entity: str, field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        MAKERS[entity](**{field: value})


@pytest.mark.parametrize("entity", MAKERS)
def test_an_entity_survives_json(entity: str) -> None:
    before: BaseModel = MAKERS[entity]()
    assert type(before).model_validate_json(before.model_dump_json()) == before


@pytest.mark.parametrize("entity", ["chunk", "result", "metrics"])
def test_what_was_measured_or_received_cannot_be_changed(entity: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        MAKERS[entity]().session_id = uuid4()  # type: ignore[attr-defined]


def test_a_new_session_is_connecting_and_empty() -> None:
    before = utc_now()
    new = StreamingSession()
    assert new.status is SessionStatus.CONNECTING
    assert new.session_id != StreamingSession().session_id
    assert (new.user_id, new.partial_text, new.confirmed_text) == (None, "", "")
    assert (new.duration_limit, new.audio_chunks_received, new.metadata) == (3600, 0, {})
    assert before <= new.start_time <= utc_now()


def test_a_sessions_fields_are_checked_when_they_change() -> None:
    changing = session(audio_chunks_received=1)
    with pytest.raises(ValidationError):
        changing.audio_chunks_received = -1
    with pytest.raises(ValidationError):
        changing.duration_limit = 10
    assert (changing.audio_chunks_received, changing.duration_limit) == (1, 3600)


def test_a_chunk_may_be_exactly_one_megabyte_and_no_more() -> None:
    largest = bytes(MAX_CHUNK_BYTES)
    assert chunk(audio_data=largest, size_bytes=MAX_CHUNK_BYTES).audio_data == largest
    with pytest.raises(ValidationError, match="size_bytes"):
        chunk(audio_data=bytes(MAX_CHUNK_BYTES + 1), size_bytes=MAX_CHUNK_BYTES + 1)


def test_a_wrong_size_is_named_with_both_numbers() -> None:
    with pytest.raises(ValidationError, match="size_bytes is 9 but audio_data holds 4 bytes"):
        chunk(size_bytes=9)


@given(st.binary(min_size=1, max_size=4096))
def test_audio_is_base64_in_json_and_bytes_in_python(audio: bytes) -> None:
    text = base64.b64encode(audio).decode()
    from_text = chunk(audio_data=text, size_bytes=len(audio))
    assert from_text.audio_data == audio
    assert json.loads(from_text.model_dump_json())["audio_data"] == text
    assert chunk(audio_data=audio, size_bytes=len(audio)).audio_data == audio


def test_audio_never_shows_in_a_chunks_representation() -> None:
    assert "audio_data" not in repr(chunk())


def test_a_results_words_keep_their_rules() -> None:
    word = {"text": " hi", "start": 0.0, "end": 0.2, "probability": 0.9}
    assert result(words=[word]).words == (RecognizedWord(**word),)
    for wrong in ({"probability": 1.2}, {"start": -1.0}, {"end": float("nan")}):
        with pytest.raises(ValidationError):
            result(words=[{**word, **wrong}])


def test_audio_that_is_not_base64_is_named_so() -> None:
    with pytest.raises(ValidationError, match="must be valid base64"):
        chunk(audio_data="not base64!")
