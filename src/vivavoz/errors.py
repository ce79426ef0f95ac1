"""The whole error tree: every failure that a client, an operator or a caller can meet.

Each class carries a stable ``code``, the HTTP status that REST answers with, whether the session
goes on afterwards (``recoverable``), and, by its base class, whose fault it is. A message is one
sentence or two that name what happened and what to do about it. ``details`` holds the numbers and
names behind the sentence; never audio, never transcribed text.
"""

from typing import Any, ClassVar


class VivavozError(Exception):
    """Base of every error that Vivavoz raises on purpose.

    Args:
        message: what happened and what to do, for a person.
        details: JSON-serialisable facts behind the message, by name.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    http_status: ClassVar[int] = 500
    recoverable: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        code: str | None = None,
        http_status: int | None = None,
        recoverable: bool | None = None,
    ) -> None:
        """What a subclass does not say is as in its base."""
        super().__init_subclass__()
        if code is not None:
            cls.code = code
        if http_status is not None:
            cls.http_status = http_status
        if recoverable is not None:
            cls.recoverable = recoverable

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.is_counted = False  # in the metrics, where one that is told twice counts once


class ClientError(VivavozError, code="INVALID_REQUEST", http_status=400, recoverable=True):
    """The caller sent something that cannot be served; sending it again will not help."""


class ServerError(VivavozError, code="INTERNAL_ERROR", http_status=500):
    """The server cannot serve a correct request now; the same request may succeed later."""


def error_of(code: str, message: str, details: dict[str, Any]) -> VivavozError:
    """The error that another floor, or another process, told by its code."""
    return _error_type(VivavozError, code)(message, **details)


def _error_type(base: type[VivavozError], code: str) -> type[VivavozError]:
    for error_type in base.__subclasses__():
        if error_type.code == code:
            return error_type
        found = _error_type(error_type, code)
        if found is not VivavozError:
            return found
    return VivavozError


# --- messages -------------------------------------------------------------------------------------


class InvalidMessageError(ClientError, code="INVALID_MESSAGE"):
    """A message is not JSON, names no known event, or breaks a rule of its entity."""


class InvalidStateError(ClientError, code="INVALID_STATE", http_status=409):
    """The event is not allowed in the session's current status."""


class IllegalTransitionError(InvalidStateError):
    """A status cannot follow the present one; nothing was changed."""


class SequenceMismatchError(ClientError, code="SEQUENCE_MISMATCH", http_status=409):
    """A chunk is missing: the number expected is in ``details``."""


class OriginNotAllowedError(
    ClientError, code="ORIGIN_NOT_ALLOWED", http_status=403, recoverable=False
):
    """The page that opened the connection is not one that this server serves."""


class UnauthorizedError(ClientError, code="UNAUTHORIZED", http_status=401, recoverable=False):
    """Authentication is switched on and no valid key or token was given."""


class ForbiddenError(ClientError, code="FORBIDDEN", http_status=403, recoverable=False):
    """The key or token is valid but does not open this."""


class NotFoundError(ClientError, code="NOT_FOUND", http_status=404):
    """Nothing is at this address."""


class KeyNotFoundError(NotFoundError):
    """No API key has that id."""


class MethodNotAllowedError(ClientError, code="METHOD_NOT_ALLOWED", http_status=405):
    """The address exists but does not take this HTTP method."""


# --- audio ----------------------------------------------------------------------------------------


class UnsupportedFormatError(ClientError, code="UNSUPPORTED_FORMAT", http_status=415):
    """The MIME type is not one that can be decoded."""


class InvalidFormatError(ClientError, code="INVALID_FORMAT", http_status=422, recoverable=False):
    """The bytes are not audio of the MIME type announced; what was said before is saved."""


class ChunkTooLargeError(ClientError, code="CHUNK_TOO_LARGE", http_status=413):
    """One chunk, or one message, is larger than allowed."""


class RecordingTooLongError(
    ClientError, code="RECORDING_TOO_LONG", http_status=413, recoverable=False
):
    """An uploaded recording is longer than a session may last, or took longer to transcribe."""


# --- sessions -------------------------------------------------------------------------------------


class SessionNotFoundError(
    ClientError, code="SESSION_NOT_FOUND", http_status=404, recoverable=False
):
    """No such session is alive or resumable."""


class InvalidResumeTokenError(
    ClientError, code="INVALID_RESUME_TOKEN", http_status=403, recoverable=False
):
    """The resume token does not belong to the session."""


class SessionReplacedError(
    ClientError, code="SESSION_REPLACED", http_status=409, recoverable=False
):
    """A newer connection resumed the session; this one is closed."""


class SessionCancelledError(
    ClientError, code="SESSION_CANCELLED", http_status=410, recoverable=False
):
    """The session was deleted by request; its text was discarded."""


# --- limits ---------------------------------------------------------------------------------------


class LimitError(ClientError, code="LIMIT_REACHED", http_status=429, recoverable=False):
    """A limit of the server was reached."""


class TooManySessionsError(LimitError, code="TOO_MANY_SESSIONS", http_status=503):
    """The server holds as many sessions as its setting allows."""


class TooManySessionsForAddressError(LimitError, code="TOO_MANY_SESSIONS_FOR_ADDRESS"):
    """One address holds as many sessions as its setting allows."""


class DurationLimitReachedError(LimitError, code="DURATION_LIMIT_REACHED"):
    """The session reached its duration limit; it is saved and completed."""


class ChunkLimitReachedError(LimitError, code="CHUNK_LIMIT_REACHED"):
    """The session reached its limit of chunks; it is saved and completed."""


class SessionBytesLimitReachedError(LimitError, code="SESSION_BYTES_LIMIT_REACHED"):
    """The session reached its limit of bytes; it is saved and completed."""


class RateLimitedError(LimitError, code="RATE_LIMITED", recoverable=True):
    """Chunks arrive faster than allowed; the chunk was not taken and must be sent again."""


class TooManyUnacknowledgedError(LimitError, code="TOO_MANY_UNACKNOWLEDGED", recoverable=True):
    """More chunks are in flight than flow control allows; the chunk must be sent again."""


class TooManyReconnectsError(LimitError, code="TOO_MANY_RECONNECTS"):
    """The session was resumed more often than allowed."""


# --- time-outs ------------------------------------------------------------------------------------


class SessionTimeoutError(ClientError, code="TIMEOUT", http_status=408, recoverable=False):
    """Something that the client had to do in time did not come."""


class ConnectTimeoutError(SessionTimeoutError, code="CONNECT_TIMEOUT"):
    """No first message came in time after the connection opened."""


class IdleTimeoutError(SessionTimeoutError, code="IDLE_TIMEOUT"):
    """Neither audio nor a message came for too long; what was said is saved."""


class ConnectionLostError(SessionTimeoutError, code="CONNECTION_LOST"):
    """The client did not come back in time; what was said is saved."""


# --- recognition ----------------------------------------------------------------------------------


class LanguageNotSupportedError(ClientError, code="LANGUAGE_NOT_SUPPORTED", http_status=422):
    """The engine in use does not know the language that was asked for."""


class ModelNotAvailableError(ClientError, code="MODEL_NOT_AVAILABLE", http_status=422):
    """The model that was asked for is not the one that this server runs, or cannot be had."""


class ModelLoadingError(ServerError, code="MODEL_LOADING", http_status=503):
    """The model is not ready yet; ``details.retry_after_s`` says when to try again."""


class ModelFailedError(ServerError, code="MODEL_FAILED", http_status=503):
    """The model could not be loaded."""


class EngineNotInstalledError(ServerError, code="ENGINE_NOT_INSTALLED", http_status=503):
    """The package behind an engine is missing."""


class RecognitionFailedError(ServerError, code="RECOGNITION_FAILED", recoverable=True):
    """One decode failed; the session goes on and the lost stretch is in ``details``."""


class ProcessingTimeoutError(
    ServerError, code="PROCESSING_TIMEOUT", http_status=504, recoverable=True
):
    """One decode took too long and was given up; the lost stretch is in ``details``."""


class ResourceUnavailableError(ServerError, code="RESOURCE_UNAVAILABLE", http_status=503):
    """The machine is busy: a new session would make the present ones slow."""


class ShuttingDownError(ServerError, code="SHUTTING_DOWN", http_status=503):
    """The server is stopping; ``details.retry_after_s`` says when to come back."""


# --- storage --------------------------------------------------------------------------------------


class StorageFailedError(ServerError, code="STORAGE_FAILED", http_status=503, recoverable=True):
    """The history could not be written; confirmed text stays in memory and is tried again."""


class TranscriptNotFoundError(ClientError, code="TRANSCRIPT_NOT_FOUND", http_status=404):
    """No transcript of that id is in the history."""


class MicrophoneNotFoundError(ClientError, code="MICROPHONE_NOT_FOUND"):
    """The command line found no microphone, or the sound system would not open it."""


# --- the client's and the command line's own ------------------------------------------------------


class ServerUnreachableError(
    ServerError, code="SERVER_UNREACHABLE", http_status=503, recoverable=True
):
    """No server answers at the address, or none answered any more; what was recorded is kept."""


class AddressNotAvailableError(ServerError, code="ADDRESS_NOT_AVAILABLE"):
    """The server cannot listen at the address and port that it was given."""


class AddressNotProtectedError(AddressNotAvailableError):
    """Other machines reach the address, and nobody would be asked for a key."""
