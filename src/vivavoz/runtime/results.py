"""What a recogniser says, as results of the data model."""

from uuid import UUID

from vivavoz.recognition.outputs import Final, Partial
from vivavoz.recognition.transcript import Word
from vivavoz.session.entities import RecognizedWord, TranscriptionResult


def result_of(
    said: Partial | Final,
    *,
    session_id: UUID,
    sequence_number: int,
    offset_s: float,
    processing_time_ms: float,
) -> TranscriptionResult:
    """The result for one output.

    Args:
        said: with times from the recogniser's first sample.
        sequence_number: the newest chunk whose audio it covers.
        offset_s: where the recogniser's time begins in the session.
        processing_time_ms: what its decode took.
    """
    start_s = _rounded(offset_s + said.start_s)
    return TranscriptionResult(
        session_id=session_id,
        sequence_number=sequence_number,
        result_type="final" if isinstance(said, Final) else "partial",
        text_content=said.text,
        confidence=_rounded(said.confidence),
        start_time=start_s,
        end_time=max(_rounded(offset_s + said.end_s), start_s),
        language=said.language,
        processing_time_ms=_rounded(processing_time_ms),
        words=tuple(_word_of(word, offset_s) for word in said.words),
        stable_text=said.stable_text if isinstance(said, Partial) else None,
    )


def _word_of(word: Word, offset_s: float) -> RecognizedWord:
    start_s = _rounded(max(offset_s + word.start_s, 0.0))
    return RecognizedWord(
        text=word.text.strip(),
        start=start_s,
        end=max(_rounded(offset_s + word.end_s), start_s),
        probability=_rounded(min(max(word.probability, 0.0), 1.0)),
    )


def _rounded(value: float) -> float:
    """To thousandths: milliseconds of time, and more than a probability is good for."""
    return round(value, 3)


def appended(text: str, addition: str) -> str:
    """``addition`` after ``text``, with a space between where both are there."""
    return f"{text} {addition}".strip() if addition else text
