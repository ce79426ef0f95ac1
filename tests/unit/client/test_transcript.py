"""The text as a reader has it, and how far it reaches."""

from tests.unit.client.link_model import ENGINE, LIMITS, SESSION_ID
from vivavoz.client.transcript import LiveTranscript
from vivavoz.session.entities import SessionStatus, TranscriptionResult
from vivavoz.session.events import SessionResumed, TranscriptionFinal, TranscriptionPartial


def resumed(confirmed_text: str) -> SessionResumed:
    return SessionResumed(
        session_id=SESSION_ID,
        status=SessionStatus.RECORDING,
        epoch="2",
        next_sequence_number=5,
        received_sequence_number=4,
        durable_sequence_number=0,
        confirmed_text=confirmed_text,
        partial_text="",
        engine=ENGINE,
        limits=LIMITS,
    )


def result(kind: str, text: str, end_s: float = 1.0) -> TranscriptionResult:
    return TranscriptionResult.model_validate(
        {
            "session_id": SESSION_ID,
            "sequence_number": 1,
            "result_type": kind,
            "text_content": text,
            "confidence": 1,
            "start_time": 0,
            "end_time": end_s,
            "language": "en",
            "processing_time_ms": 1,
        }
    )


def test_a_transcript_follows_partials_finals_and_resumes() -> None:
    transcript = LiveTranscript()
    transcript.receive(TranscriptionPartial(result=result("partial", "one tw")))
    assert (transcript.confirmed_text, transcript.partial_text) == ("", "one tw")
    transcript.receive(TranscriptionFinal(result=result("final", "One two.")))
    transcript.receive(TranscriptionFinal(result=result("final", "Three.")))
    assert (transcript.confirmed_text, transcript.partial_text) == ("One two. Three.", "")
    transcript.receive(resumed("One two. Three. Four."))
    assert transcript.confirmed_text == "One two. Three. Four."


def test_finals_that_a_killed_server_lost_are_not_counted_as_confirmed() -> None:
    transcript = LiveTranscript()
    transcript.receive(TranscriptionFinal(result=result("final", "One.", end_s=2.0)))
    transcript.receive(TranscriptionFinal(result=result("final", "Two.", end_s=5.0)))
    assert transcript.confirmed_until_s == 5.0
    transcript.receive(resumed("One."))
    assert transcript.confirmed_until_s == 2.0
