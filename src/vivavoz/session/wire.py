"""Events as they travel: one JSON object or one binary frame each, in both directions.

A text message is ``{"event": NAME, "data": {...}}``. An event that wraps one entity (a chunk, a
result, a measurement) carries that entity's fields as its data; any other carries its own fields.
A binary frame is one ``audio_chunk``: ``uint32`` big-endian sequence number, ``float64`` big-endian
capture time in milliseconds since 1970, then the audio.

What comes in is never trusted: a message is either an event that meets every rule or an
``InvalidMessageError`` that names the field and the rule, without echoing what was sent.
"""

import base64
import json
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError

from vivavoz.errors import ChunkTooLargeError, InvalidMessageError
from vivavoz.session import strict_json
from vivavoz.session.broken_rule import broken_rule
from vivavoz.session.entities import MAX_CHUNK_BYTES, AudioChunk
from vivavoz.session.events import (
    AudioChunkReceived,
    ClientEvent,
    Event,
    MetricsMeasured,
    ServerEvent,
    TranscriptionFinal,
    TranscriptionPartial,
)

_CHUNK_HEADER = struct.Struct(">Id")

_CLIENT_EVENTS: Mapping[str, type[ClientEvent]] = {
    model.event: model for model in get_args(ClientEvent)
}

_SERVER_EVENTS: Mapping[str, type[ServerEvent]] = {
    model.event: model for model in get_args(ServerEvent)
}

_WRAPPED_FIELD: Mapping[type[Event], str] = {
    AudioChunkReceived: "chunk",
    TranscriptionPartial: "result",
    TranscriptionFinal: "result",
    MetricsMeasured: "metrics",
}
"""Events that are one entity: the field that holds it."""

_Model = TypeVar("_Model", bound=BaseModel)


def _moment(sent: object) -> datetime:
    """A capture time as clients may write it: ISO 8601, or milliseconds since 1970."""
    try:
        if isinstance(sent, str):
            moment = datetime.fromisoformat(sent)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(sent, int | float) and not isinstance(sent, bool):
            return datetime.fromtimestamp(sent / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        pass
    raise ValueError("must be an ISO 8601 time or milliseconds since 1970")


class _ChunkHeader(BaseModel):
    """An ``audio_chunk`` without its audio: the types of what may be sent, ``AudioChunk`` has the
    rules. The server knows the session and the time of arrival itself."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    chunk_id: str
    session_id: UUID | None = None
    sequence_number: int
    timestamp: Annotated[datetime, PlainValidator(_moment)]
    mime_type: str
    size_bytes: int
    received_at: datetime | None = None


# --- client to server -----------------------------------------------------------------------------


def client_event_names() -> tuple[str, ...]:
    """The names of all events that a client may send."""
    return tuple(_CLIENT_EVENTS)


def encode_client(event: ClientEvent) -> str:
    """The text message that carries ``event`` to the server."""
    return _to_text(event)


def encode_binary_chunk(sequence_number: int, captured_at_ms: float, audio: bytes) -> bytes:
    """The binary frame that carries one chunk to the server."""
    return _CHUNK_HEADER.pack(sequence_number, captured_at_ms) + audio


def decode_client_text(text: str | bytes, *, session_id: UUID) -> ClientEvent:
    """Read a text message of the client whose session is ``session_id``.

    Raises:
        InvalidMessageError: it is not JSON, names no known event, or breaks a rule.
        ChunkTooLargeError: it is a chunk of more than ``MAX_CHUNK_BYTES``.
    """
    name, data = _open_envelope(text)
    return decode_client(name, data, session_id=session_id)


def decode_client(name: str, data: object, *, session_id: UUID) -> ClientEvent:
    """Read an event that the transport has already told apart by name.

    ``data`` is what the JSON held (none for no data); ``audio_data`` may also be bytes.

    Raises:
        InvalidMessageError: it names no known event or breaks a rule.
        ChunkTooLargeError: it is a chunk of more than ``MAX_CHUNK_BYTES``.
    """
    fields = _fields_of(data)
    if name == AudioChunkReceived.event:
        return _decode_chunk(fields, session_id)
    return _validate(_model_for(name, _CLIENT_EVENTS), fields)


def decode_client_binary(frame: bytes, *, session_id: UUID, mime_type: str) -> AudioChunkReceived:
    """Read a binary frame: a chunk of ``mime_type``, the type of the stream that is running.

    Raises:
        InvalidMessageError: it is too short for a header or breaks a rule of ``AudioChunk``.
        ChunkTooLargeError: it holds more than ``MAX_CHUNK_BYTES`` of audio.
    """
    if len(frame) <= _CHUNK_HEADER.size:
        _refuse("audio_data", "must follow a header of 12 bytes and must not be empty")
    sequence_number, captured_at_ms = _CHUNK_HEADER.unpack_from(frame)
    try:
        timestamp = _moment(captured_at_ms)
    except ValueError:
        _refuse("timestamp", "must be milliseconds since 1970")
    return _chunk_of(
        frame[_CHUNK_HEADER.size :],
        chunk_id=str(sequence_number),
        session_id=session_id,
        sequence_number=sequence_number,
        timestamp=timestamp,
        mime_type=mime_type,
        size_bytes=len(frame) - _CHUNK_HEADER.size,
    )


def _decode_chunk(fields: dict[str, Any], session_id: UUID) -> AudioChunkReceived:
    audio = _audio_of(fields.pop("audio_data", None))
    header = _validate(_ChunkHeader, fields)
    if header.session_id not in (None, session_id):
        _refuse("session_id", "must be that of the connection's own session")
    sent = header.model_dump(exclude={"session_id", "received_at"})
    return _chunk_of(audio, session_id=session_id, **sent)


def _audio_of(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        _refuse("audio_data", "must be base64 text or bytes")
    if len(value) > MAX_CHUNK_BYTES * 4 // 3 + 4:
        _refuse_size()
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        _refuse("audio_data", "must be valid base64")


def _chunk_of(audio: bytes, **fields: Any) -> AudioChunkReceived:
    if len(audio) > MAX_CHUNK_BYTES:
        _refuse_size()
    try:
        return AudioChunkReceived(chunk=AudioChunk(audio_data=audio, **fields))
    except ValidationError as error:
        _refuse(*broken_rule(error))


# --- server to client -----------------------------------------------------------------------------


def encode_server(event: ServerEvent) -> str:
    """The text message that carries ``event`` to the client."""
    return _to_text(event)


def data_of(event: ClientEvent | ServerEvent) -> dict[str, Any]:
    """The ``data`` of an event, ready for JSON."""
    wrapped = _WRAPPED_FIELD.get(type(event))
    model = getattr(event, wrapped) if wrapped else event
    hidden = {"received_at"} if isinstance(model, AudioChunk) else None
    data: dict[str, Any] = model.model_dump(mode="json", exclude=hidden)
    return data


def decode_server(text: str | bytes) -> ServerEvent:
    """Read a text message of the server.

    Raises:
        InvalidMessageError: it is not JSON, names no known event, or breaks a rule.
    """
    name, data = _open_envelope(text)
    model = _model_for(name, _SERVER_EVENTS)
    wrapped = _WRAPPED_FIELD.get(model)
    return _validate(model, {wrapped: data} if wrapped else data)


# --- both -----------------------------------------------------------------------------------------


def _to_text(event: ClientEvent | ServerEvent) -> str:
    message = {"event": event.event, "data": data_of(event)}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _open_envelope(text: str | bytes) -> tuple[str, dict[str, Any]]:
    try:
        message = strict_json.loads(text)
    except ValueError as error:
        raise InvalidMessageError(
            f"The message {error}. Send one JSON object.", field="message", rule=str(error)
        ) from None
    if not isinstance(message, dict) or not message.keys() <= {"event", "data"}:
        _refuse("message", 'must be an object of "event" and "data"')
    name = message.get("event")
    if not isinstance(name, str):
        _refuse("event", "must be the name of an event")
    return name, _fields_of(message.get("data"))


def _fields_of(data: object) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        _refuse("data", "must be an object")
    return dict(data)


def _model_for(name: str, models: Mapping[str, type[_Model]]) -> type[_Model]:
    model = models.get(name)
    if model is None:
        _refuse("event", f"must be one of {', '.join(sorted(models))}")
    return model


def _validate(model: type[_Model], fields: dict[str, Any]) -> _Model:
    """Validate by the rules of JSON: a number in a string is no number, a UUID is a string."""
    try:
        return model.model_validate_json(strict_json.dumps(fields), strict=True)
    except ValidationError as error:
        _refuse(*broken_rule(error))
    except ValueError as error:
        _refuse("data", str(error))


def _refuse(field: str, rule: str) -> NoReturn:
    raise InvalidMessageError(
        f"The message is not valid: {field} {rule}.", field=field, rule=rule
    ) from None


def _refuse_size() -> NoReturn:
    raise ChunkTooLargeError(
        f"A chunk may hold {MAX_CHUNK_BYTES} bytes of audio at most. Send smaller chunks.",
        max_bytes=MAX_CHUNK_BYTES,
    )
