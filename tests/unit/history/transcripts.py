"""Segments and transcripts as engines and the store make them; for the suites beside this one."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st

from vivavoz.history.transcripts import Segment, Transcript
from vivavoz.session.entities import RecognizedWord

ID = UUID("12345678-1234-5678-1234-567812345678")
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

Times = list[tuple[str, int, int]]
"""Words with the milliseconds at which they begin and end."""


def times_of(segments: list[Segment]) -> Times:
    return [
        (word.text.strip(), round(word.start * 1000), round(word.end * 1000))
        for segment in segments
        for word in segment.words
    ]


def a_segment(text: str, start_s: float, end_s: float, *, words: bool = True) -> Segment:
    """A segment whose words are spoken at an even pace."""
    spoken = text.split()
    pace_s = (end_s - start_s) / max(len(spoken), 1)
    return Segment(
        result_id=ID,
        sequence_number=1,
        start_s=start_s,
        end_s=end_s,
        text=text,
        confidence=0.9,
        language="es",
        words=tuple(
            RecognizedWord(
                text=f" {word}",
                start=start_s + index * pace_s,
                end=start_s + (index + 1) * pace_s,
                probability=0.9,
            )
            for index, word in enumerate(spoken if words else ())
        ),
    )


def a_transcript(*segments: Segment, title: str = "Título", **changed: object) -> Transcript:
    """A transcript that nobody edited, but for what is changed."""
    text = " ".join(segment.text for segment in segments)
    transcript = Transcript(
        id=ID,
        title=title,
        language="es",
        engine="whisper",
        model="base",
        started_at=START,
        finished_at=START,
        duration_s=10.0,
        word_count=len(text.split()),
        file_name="transcripcion_20260102_030405.txt",
        text=text,
        metadata={"client": "tests"},
        segments=segments,
    )
    return transcript.model_copy(update=changed)


@st.composite
def spoken(draw: st.DrawFn) -> list[Segment]:
    """Segments as engines give them, and worse: overlapping, out of order, of no length."""
    segments = []
    at = 0.0
    for _ in range(draw(st.integers(0, 5))):
        at = max(0.0, at + draw(st.floats(-2, 5)))
        length = draw(st.floats(0, 30))
        words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
        text = " ".join(draw(st.lists(words, max_size=30)))
        segments.append(a_segment(text, at, at + length, words=draw(st.booleans())))
        at += length
    return segments
