"""Chunks and sessions at known moments, for the tests of what a session is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from vivavoz.session.deadlines import Deadline, Moment
from vivavoz.session.entities import AudioChunk, SessionStatus, StreamingSession
from vivavoz.session.limits import SessionRules
from vivavoz.session.records import ContainerStream, DurableMark, SessionTerms, UnfinishedSession
from vivavoz.session.session import Session
from vivavoz.settings import Settings

SESSION_ID = UUID("2f0c2a0e-3f55-4d0b-9f0e-6a5f3c6f2b11")
START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
RULES = SessionRules.from_settings(Settings())
WEBM = "audio/webm;codecs=opus"


def chunk(number: int) -> AudioChunk:
    """Captured a quarter of a second after the one before."""
    return AudioChunk(
        chunk_id=str(number),
        session_id=SESSION_ID,
        sequence_number=number,
        timestamp=START + timedelta(seconds=number / 4),
        mime_type="audio/webm",
        audio_data=b"a",
        size_bytes=1,
    )


def numbers(chunks: list[AudioChunk]) -> list[int]:
    """Their sequence numbers."""
    return [chunk.sequence_number for chunk in chunks]


def at(seconds: float) -> Moment:
    """Seconds after the session was made."""
    return Moment(1000.0 + seconds, START + timedelta(seconds=seconds))


def new_session(**rules: float) -> Session:
    """One that waits for its connection."""
    entity = StreamingSession(session_id=SESSION_ID, start_time=START, last_activity=START)
    return Session(entity, replace(RULES, **rules), at(0))  # type: ignore[arg-type]


def recording(**rules: float) -> Session:
    """One that records, with nothing left to send."""
    session = new_session(**rules)
    session.connected(at(0))
    session.heard_from_client(at(0))
    session.start_recording(WEBM)
    session.events_to_send()
    return session


def taken_up(stream: ContainerStream | None, mark: DurableMark, *, seconds: float = 100) -> Session:
    """What another process recorded, ``seconds`` after it began."""
    entity = StreamingSession(
        session_id=SESSION_ID,
        status=SessionStatus.RECONNECTING,
        start_time=START,
        last_activity=START,
    )
    return Session(
        entity, RULES, at(seconds), UnfinishedSession(entity, SessionTerms("hash"), stream, mark)
    )


def due(session: Session, seconds: float) -> list[Deadline]:
    """What has run out by then."""
    return session.deadlines.pop_due(at(seconds).monotonic_s)
