"""Events: their names, what they refuse, and the one shape of errors."""

from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import ValidationError

from vivavoz.errors import ChunkTooLargeError, IllegalTransitionError, SessionReplacedError
from vivavoz.session.entities import SessionStatus
from vivavoz.session.events import (
    MAX_METADATA_ITEMS,
    MAX_PROMPT_CHARACTERS,
    Ack,
    ClientEvent,
    Event,
    Failed,
    PauseRecording,
    RecordingOptions,
    ResumeRecording,
    ServerEvent,
    StartRecording,
    StatusChanged,
    StopRecording,
    WarningCode,
)

SESSION_ID = UUID("6a0e8dc2-5a56-4e0c-a3c2-7a5ae4c6a8b1")
MIME_TYPE = "audio/webm;codecs=opus"


def test_the_names_on_the_wire_never_change() -> None:
    assert [event.event for event in get_args(ClientEvent)] == [
        "start_recording",
        "audio_chunk",
        "pause_recording",
        "resume_recording",
        "stop_recording",
        "ping",
    ]
    assert [event.event for event in get_args(ServerEvent)] == [
        "session_created",
        "session_resumed",
        "ack",
        "transcription_partial",
        "transcription_final",
        "status",
        "metrics",
        "warning",
        "error",
        "pong",
        "session_completed",
    ]


def test_warning_codes_never_change() -> None:
    codes = {name: code for name, code in vars(WarningCode).items() if name.isupper()}
    assert codes == {name: name for name in codes}
    assert codes.keys() >= {
        "AUDIO_GAP",
        "DURATION_LIMIT_NEAR",
        "LANGUAGE_ASSUMED",
        "LATENCY_HIGH",
        "PROMPTS_IGNORED",
    }


@pytest.mark.parametrize("event", get_args(ClientEvent), ids=lambda event: event.event)
def test_unknown_fields_are_refused(event: type[Event]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        event.model_validate({"surprise": 1})


@pytest.mark.parametrize("language", [None, "es", "en", "yue", "auto"])
def test_languages_that_are_taken(language: str | None) -> None:
    assert StartRecording(mime_type=MIME_TYPE, language=language).language == language


@pytest.mark.parametrize("language", ["", "e", "ES", "english", "es-ES", "automatic", "e1"])
def test_languages_that_are_refused(language: str) -> None:
    with pytest.raises(ValidationError):
        StartRecording(mime_type=MIME_TYPE, language=language)


@pytest.mark.parametrize("mime_type", ["", "a" * 257])
def test_mime_types_that_are_refused(mime_type: str) -> None:
    with pytest.raises(ValidationError):
        StartRecording(mime_type=mime_type)
    with pytest.raises(ValidationError):
        ResumeRecording(mime_type=mime_type)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"initial_prompt": "p" * MAX_PROMPT_CHARACTERS},
        {"hotwords": "Vivavoz, Ñandú"},
        {"metadata": {f"k{n}": "v" * 256 for n in range(MAX_METADATA_ITEMS)}},
        {"metadata": {"k" * 64: ""}},
    ],
)
def test_options_that_are_taken(options: dict[str, Any]) -> None:
    taken = RecordingOptions(**options)
    assert {name: getattr(taken, name) for name in options} == options


@pytest.mark.parametrize(
    "options",
    [
        {"initial_prompt": "p" * (MAX_PROMPT_CHARACTERS + 1)},
        {"hotwords": "h" * (MAX_PROMPT_CHARACTERS + 1)},
        {"metadata": {f"k{n}": "v" for n in range(MAX_METADATA_ITEMS + 1)}},
        {"metadata": {"k" * 65: "v"}},
        {"metadata": {"k": "v" * 257}},
        {"metadata": {"k": {"nested": 1}}},
        {"beam_size": 5},
    ],
)
def test_options_that_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RecordingOptions(**options)


def test_what_a_client_may_leave_out() -> None:
    assert PauseRecording().stream_ended is False
    assert ResumeRecording().mime_type is None
    assert StopRecording().last_sequence_number is None
    with pytest.raises(ValidationError):
        StopRecording(last_sequence_number=-1)


@pytest.mark.parametrize(
    "field", ["received_sequence_number", "durable_sequence_number", "queue_size"]
)
def test_an_acks_numbers_are_never_negative(field: str) -> None:
    numbers = {"received_sequence_number": 4, "durable_sequence_number": 0, "queue_size": 1}
    assert Ack(**numbers).model_dump() == numbers
    with pytest.raises(ValidationError):
        Ack(**{**numbers, field: -1})


def test_an_event_cannot_be_changed() -> None:
    event = StatusChanged(
        session_id=SESSION_ID, status=SessionStatus.PAUSED, previous=SessionStatus.RECORDING
    )
    with pytest.raises(ValidationError, match="frozen"):
        event.status = SessionStatus.ERROR  # type: ignore[misc]


def test_an_error_event_says_all_that_the_error_says() -> None:
    error = ChunkTooLargeError("The chunk is too large. Send smaller ones.", max_bytes=1024)
    body = Failed.of(error, "r-1").error
    assert (body.code, body.message) == ("CHUNK_TOO_LARGE", error.message)
    assert (body.details, body.request_id, body.recoverable) == ({"max_bytes": 1024}, "r-1", True)
    assert body.timestamp.tzinfo is not None


def test_an_error_event_tells_a_lost_session_from_a_refused_message() -> None:
    assert not Failed.of(SessionReplacedError("Replaced."), "r-1").error.recoverable
    refused = Failed.of(IllegalTransitionError("It cannot."), "r-2").error
    assert (refused.code, refused.recoverable) == ("INVALID_STATE", True)
