"""Sessions of some seconds, kept whole; for the suites of the history."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from vivavoz.history.store import SqlTranscriptStore
from vivavoz.session.entities import RecognizedWord, StreamingSession, TranscriptionResult
from vivavoz.session.records import DurableMark, SessionSummary, SessionTerms

MORNING = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

UNDO = timedelta(seconds=60)
"""How long what was deleted may be restored."""

TERMS = SessionTerms("hash")

SUMMARY = SessionSummary(
    engine="pocketsphinx",
    model="en-us",
    audio_s=4.0,
    wall_s=5.0,
    chunks=20,
    bytes=26_000,
    partials=7,
    finals=2,
    words=4,
    reconnects=0,
    latency_p50_ms=210.0,
    latency_p95_ms=480.0,
    recognition_s=1.5,
    audio_quality_score=0.8,
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


def a_session(user_id: str | None = None, start: datetime = MORNING) -> StreamingSession:
    return StreamingSession(user_id=user_id, start_time=start, metadata={"client": "tests"})


def a_result(
    session: StreamingSession, text: str, start_s: float = 0.0, language: str = "es"
) -> TranscriptionResult:
    words = text.split()
    return TranscriptionResult(
        session_id=session.session_id,
        sequence_number=int(start_s * 4) + 4,
        result_type="final",
        text_content=text,
        confidence=0.9,
        start_time=start_s,
        end_time=start_s + 1.0,
        language=language,
        processing_time_ms=12.0,
        created_at=MORNING,
        words=tuple(
            RecognizedWord(
                text=f" {word}",
                start=start_s + index / len(words),
                end=start_s + (index + 1) / len(words),
                probability=0.9,
            )
            for index, word in enumerate(words)
        ),
    )


def dictate(
    store: SqlTranscriptStore,
    *texts: str,
    user_id: str | None = None,
    start: datetime = MORNING,
) -> UUID:
    """A whole session, of one second for each text and one of silence after it; its id."""
    session = a_session(user_id, start)
    store.open_session(session, TERMS)
    for index, text in enumerate(texts):
        store.append_final(
            a_result(session, text, start_s=2.0 * index), DurableMark(index, index), SUMMARY
        )
    store.complete(session, "stopped", SUMMARY)
    return session.session_id


def listed(store: SqlTranscriptStore, query: str = "", user_id: str | None = None) -> list[UUID]:
    """The ids that a search finds, the newest first."""
    return [item.id for item in store.catalog.page(user_id, query=query).items]


def rows(store: SqlTranscriptStore, table: sa.Table | sa.TableClause) -> int:
    """How many a table has."""
    with store._database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
