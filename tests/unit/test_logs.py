"""What an error says of itself, since a log may hold it."""

from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError

from vivavoz.history.editing import TranscriptChange
from vivavoz.history.transcripts import Segment
from vivavoz.session.entities import AudioChunk, RecognizedWord, TranscriptionResult
from vivavoz.session.events import StartRecording, TranscriptionFinal

SAID = "secreto"


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (AudioChunk, {"audio_data": SAID}),
        (RecognizedWord, {"text": [SAID]}),
        (TranscriptionResult, {"session_id": uuid4(), "text_content": SAID, "words": SAID}),
        (TranscriptionFinal, {"result": SAID}),
        (StartRecording, {"options": {"initial_prompt": [SAID]}, "language": SAID}),
        (Segment, {"text": [SAID], "words": SAID}),
        (TranscriptChange, {"text": [SAID], "more": SAID}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_an_error_about_what_was_said_does_not_repeat_it(
    model: type[BaseModel], fields: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(fields)
    assert SAID not in str(refused.value)
