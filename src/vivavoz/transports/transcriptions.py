"""Whole recordings over HTTP at ``/v1/audio/transcriptions``, in the shape of OpenAI's API.

With ``stream=true`` the text comes as server-sent events while it is recognised.
"""

import json
import math
import zlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import FormData, UploadFile

from vivavoz.errors import ClientError, ServerError, VivavozError
from vivavoz.history.export import MEDIA_TYPES, ExportFormat, to_srt, to_vtt
from vivavoz.history.transcripts import Segment
from vivavoz.runtime.counters import Counters
from vivavoz.runtime.upload import UploadEvent, UploadProgress, Uploads
from vivavoz.session.broken_rule import broken_rule
from vivavoz.session.entities import TranscriptionResult
from vivavoz.session.events import MAX_PROMPT_CHARACTERS, Failed, RecordingOptions, SessionCompleted
from vivavoz.session.wire import data_of
from vivavoz.transports.auth import UserId
from vivavoz.transports.file_names import telling_name
from vivavoz.transports.handshake import client_address
from vivavoz.transports.multipart import read_form

TRANSCRIPTIONS_PATH = "/v1/audio/transcriptions"
_LEAST_CONFIDENCE = 1e-6
_SUBTITLES = {"srt": (to_srt, ExportFormat.SRT), "vtt": (to_vtt, ExportFormat.VTT)}
_IGNORED = (
    "model",
    "include",
    "chunking_strategy",
    "known_speaker_names",
    "known_speaker_references",
)
"""Fields of OpenAI's API that clients send for other models."""

_FORM_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **{name: {"description": "Accepted and ignored."} for name in _IGNORED},
                        "temperature": {
                            "type": "number",
                            "minimum": 0,
                            "maximum": 1,
                            "description": "Checked and ignored.",
                        },
                        "language": {"type": "string", "pattern": "^([a-z]{2,3}|auto)$"},
                        "prompt": {"type": "string", "maxLength": MAX_PROMPT_CHARACTERS},
                        "hotwords": {"type": "string", "maxLength": MAX_PROMPT_CHARACTERS},
                        "response_format": {
                            "enum": ["json", "text", "srt", "vtt", "verbose_json"],
                            "default": "json",
                        },
                        "timestamp_granularities[]": {
                            "type": "array",
                            "items": {"enum": ["word", "segment"]},
                            "default": ["segment"],
                            "description": "Only with `verbose_json`.",
                        },
                        "stream": {
                            "type": "boolean",
                            "default": False,
                            "description": "Only with `json` and `text`.",
                        },
                        "store": {
                            "type": "boolean",
                            "default": True,
                            "description": "Whether the transcript goes to the history.",
                        },
                    },
                }
            }
        },
    }
}


class TranscriptionForm(BaseModel):
    """The form's fields besides the file and those that are ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}|auto)$")] | None = None
    prompt: Annotated[str, Field(max_length=MAX_PROMPT_CHARACTERS)] | None = None
    hotwords: Annotated[str, Field(max_length=MAX_PROMPT_CHARACTERS)] | None = None
    response_format: Literal["json", "text", "srt", "vtt", "verbose_json"] = "json"
    timestamp_granularities: tuple[Literal["word", "segment"], ...] = ()
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    stream: bool = False
    store: bool = True

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.stream and self.response_format not in ("json", "text"):
            raise ValueError("response_format must be json or text with stream=true")
        if self.timestamp_granularities and self.response_format != "verbose_json":
            raise ValueError("timestamp_granularities needs response_format=verbose_json")
        return self


def transcriptions_router(uploads: Uploads, max_bytes: int, counters: Counters) -> APIRouter:
    """The route of whole recordings.

    Args:
        uploads: does the work.
        max_bytes: of one recording.
        counters: are told of errors.
    """
    router = APIRouter(tags=["files"])

    @router.post(
        TRANSCRIPTIONS_PATH,
        summary="Transcribe a recording",
        response_class=Response,
        openapi_extra=_FORM_SCHEMA,
    )
    async def transcribe(request: Request, user_id: UserId) -> Response:
        form = await read_form(request, max_bytes)
        file = _file_of(form)
        recording, wanted = await _content_of(file), _fields_of(form)
        events = uploads.transcribe(
            recording,
            source_file=telling_name(file.filename or ""),
            is_kept=wanted.store,
            language=wanted.language,
            options=RecordingOptions(
                initial_prompt=wanted.prompt, hotwords=wanted.hotwords, partials=False
            ),
            address=client_address(request.scope),
            user_id=user_id,
        )
        if wanted.stream:
            told = partial(counters.failure, request_id=request.state.request_id)
            return StreamingResponse(_stream(events, told), media_type="text/event-stream")
        results, completed = await _whole(events)
        return _answer(wanted, results, completed)

    return router


def _file_of(form: FormData) -> UploadFile:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ClientError("Send the recording as a file in the field `file`.")
    return file


async def _content_of(file: UploadFile) -> bytes:
    try:
        return await file.read()
    finally:
        await file.close()


def _fields_of(form: FormData) -> TranscriptionForm:
    fields: dict[str, str | list[str]] = {}
    for sent, value in form.multi_items():
        name = sent.removesuffix("[]")
        if not isinstance(value, str) or not value or name in _IGNORED:
            continue
        if name == "timestamp_granularities":
            fields[name] = [*fields.get(name, []), value]
        else:
            fields[name] = value
    try:
        return TranscriptionForm.model_validate(fields)
    except ValidationError as error:
        field, rule = broken_rule(error)
        raise ClientError(f"The field `{field}` {rule}.", field=field) from None


async def _whole(
    events: AsyncIterator[UploadEvent],
) -> tuple[list[TranscriptionResult], SessionCompleted]:
    results = []
    async for event in events:
        if isinstance(event, TranscriptionResult):
            results.append(event)
        elif isinstance(event, SessionCompleted):
            return results, event
    raise ServerError("The recording could not be transcribed; try again.")


def _answer(
    wanted: TranscriptionForm, results: list[TranscriptionResult], completed: SessionCompleted
) -> Response:
    text = completed.confirmed_text
    if wanted.response_format == "text":
        return Response(text + "\n", media_type=MEDIA_TYPES[ExportFormat.TXT])
    if wanted.response_format in _SUBTITLES:
        write, export_format = _SUBTITLES[wanted.response_format]
        segments = [Segment.of(result) for result in results]
        return Response(write(segments), media_type=MEDIA_TYPES[export_format])
    body: dict[str, Any] = {"text": text}
    if wanted.response_format == "verbose_json":
        body |= _details(wanted, results, completed)
    return Response(json.dumps(body, ensure_ascii=False), media_type="application/json")


def _details(
    wanted: TranscriptionForm, results: list[TranscriptionResult], completed: SessionCompleted
) -> dict[str, Any]:
    asked = wanted.timestamp_granularities or ("segment",)
    details: dict[str, Any] = {
        "task": "transcribe",
        "language": results[0].language if results else None,
        "duration": completed.duration_s,
        "transcript_id": str(completed.transcript_id) if completed.transcript_id else None,
    }
    if "segment" in asked:
        details["segments"] = [_segment(number, result) for number, result in enumerate(results)]
    if "word" in asked:
        details["words"] = [
            {"word": word.text, "start": word.start, "end": word.end}
            for result in results
            for word in result.words
        ]
    return details


def _segment(number: int, result: TranscriptionResult) -> dict[str, Any]:
    """A segment with every field that typed clients read; those that nobody knows here are told in
    docs/protocol.md."""
    text = result.text_content.encode()
    return {
        "id": number,
        "seek": 0,
        "start": result.start_time,
        "end": result.end_time,
        "text": result.text_content,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": math.log(max(result.confidence, _LEAST_CONFIDENCE)),
        "compression_ratio": len(text) / len(zlib.compress(text)),
        "no_speech_prob": 0.0,
        "confidence": result.confidence,
    }


async def _stream(
    events: AsyncIterator[UploadEvent], told: Callable[[VivavozError], Failed]
) -> AsyncIterator[str]:
    try:
        async for event in events:
            yield _sse(_message_of(event))
    except VivavozError as error:
        yield _sse({"type": "error", **data_of(told(error))})


def _message_of(event: UploadEvent) -> dict[str, Any]:
    match event:
        case UploadProgress(audio_s=audio_s, duration_s=duration_s):
            return {"type": "progress", "audio_s": audio_s, "duration_s": duration_s}
        case TranscriptionResult(text_content=text):
            result = event.model_dump(mode="json")
            return {"type": "transcript.text.delta", "delta": f"{text} ", "result": result}
        case SessionCompleted(confirmed_text=text, transcript_id=transcript_id):
            saved_as = str(transcript_id) if transcript_id else None
            return {"type": "transcript.text.done", "text": text, "transcript_id": saved_as}


def _sse(message: dict[str, Any]) -> str:
    return f"data: {json.dumps(message, ensure_ascii=False)}\n\n"
