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

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class ClientError(VivavozError):
    """The caller sent something that cannot be served; sending it again will not help."""

    code = "INVALID_REQUEST"
    http_status = 400
    recoverable = True


class ServerError(VivavozError):
    """The server cannot serve a correct request now; the same request may succeed later."""

    code = "INTERNAL_ERROR"
    http_status = 500


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


class InvalidMessageError(ClientError):
    """A message is not JSON, names no known event, or breaks a rule of its entity."""

    code = "INVALID_MESSAGE"


class InvalidStateError(ClientError):
    """The event is not allowed in the session's current status."""

    code = "INVALID_STATE"
    http_status = 409


class IllegalTransitionError(InvalidStateError):
    """A status cannot follow the present one; nothing was changed."""


class SequenceMismatchError(ClientError):
    """A chunk is missing: the number expected is in ``details``."""

    code = "SEQUENCE_MISMATCH"
    http_status = 409


class OriginNotAllowedError(ClientError):
    """The page that opened the connection is not one that this server serves."""

    code = "ORIGIN_NOT_ALLOWED"
    http_status = 403
    recoverable = False


class UnauthorizedError(ClientError):
    """Authentication is switched on and no valid key or token was given."""

    code = "UNAUTHORIZED"
    http_status = 401
    recoverable = False


class ForbiddenError(ClientError):
    """The key or token is valid but does not open this."""

    code = "FORBIDDEN"
    http_status = 403
    recoverable = False


class NotFoundError(ClientError):
    """Nothing is at this address."""

    code = "NOT_FOUND"
    http_status = 404


class KeyNotFoundError(NotFoundError):
    """No API key has that id."""


class MethodNotAllowedError(ClientError):
    """The address exists but does not take this HTTP method."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405


# --- audio ----------------------------------------------------------------------------------------


class UnsupportedFormatError(ClientError):
    """The MIME type is not one that can be decoded."""

    code = "UNSUPPORTED_FORMAT"
    http_status = 415


class InvalidFormatError(ClientError):
    """The bytes are not audio of the MIME type that was announced."""

    code = "INVALID_FORMAT"
    http_status = 422


class ChunkTooLargeError(ClientError):
    """One chunk, or one message, is larger than allowed."""

    code = "CHUNK_TOO_LARGE"
    http_status = 413


# --- sessions -------------------------------------------------------------------------------------


class SessionNotFoundError(ClientError):
    """No such session is alive or resumable."""

    code = "SESSION_NOT_FOUND"
    http_status = 404
    recoverable = False


class InvalidResumeTokenError(ClientError):
    """The resume token does not belong to the session."""

    code = "INVALID_RESUME_TOKEN"
    http_status = 403
    recoverable = False


class SessionReplacedError(ClientError):
    """A newer connection resumed the session; this one is closed."""

    code = "SESSION_REPLACED"
    http_status = 409
    recoverable = False


class SessionCancelledError(ClientError):
    """The session was deleted by request; its text was discarded."""

    code = "SESSION_CANCELLED"
    http_status = 410
    recoverable = False


# --- limits ---------------------------------------------------------------------------------------


class LimitError(ClientError):
    """A limit of the server was reached."""

    code = "LIMIT_REACHED"
    http_status = 429
    recoverable = False


class TooManySessionsError(LimitError):
    """The server holds as many sessions as its setting allows."""

    code = "TOO_MANY_SESSIONS"
    http_status = 503


class TooManySessionsForAddressError(LimitError):
    """One address holds as many sessions as its setting allows."""

    code = "TOO_MANY_SESSIONS_FOR_ADDRESS"


class DurationLimitReachedError(LimitError):
    """The session reached its duration limit; it is saved and completed."""

    code = "DURATION_LIMIT_REACHED"


class ChunkLimitReachedError(LimitError):
    """The session reached its limit of chunks; it is saved and completed."""

    code = "CHUNK_LIMIT_REACHED"


class SessionBytesLimitReachedError(LimitError):
    """The session reached its limit of bytes; it is saved and completed."""

    code = "SESSION_BYTES_LIMIT_REACHED"


class RateLimitedError(LimitError):
    """Chunks arrive faster than allowed; the chunk was not taken and must be sent again."""

    code = "RATE_LIMITED"
    recoverable = True


class TooManyUnacknowledgedError(LimitError):
    """More chunks are in flight than flow control allows; the chunk must be sent again."""

    code = "TOO_MANY_UNACKNOWLEDGED"
    recoverable = True


class TooManyReconnectsError(LimitError):
    """The session was resumed more often than allowed."""

    code = "TOO_MANY_RECONNECTS"


# --- time-outs ------------------------------------------------------------------------------------


class SessionTimeoutError(ClientError):
    """Something that the client had to do in time did not come."""

    code = "TIMEOUT"
    http_status = 408
    recoverable = False


class ConnectTimeoutError(SessionTimeoutError):
    """No first message came in time after the connection opened."""

    code = "CONNECT_TIMEOUT"


class IdleTimeoutError(SessionTimeoutError):
    """Neither audio nor a message came for too long; what was said is saved."""

    code = "IDLE_TIMEOUT"


class ConnectionLostError(SessionTimeoutError):
    """The client did not come back in time; what was said is saved."""

    code = "CONNECTION_LOST"


# --- recognition ----------------------------------------------------------------------------------


class LanguageNotSupportedError(ClientError):
    """The engine in use does not know the language that was asked for."""

    code = "LANGUAGE_NOT_SUPPORTED"
    http_status = 422


class ModelNotAvailableError(ClientError):
    """The model that was asked for is not the one that this server runs, or cannot be had."""

    code = "MODEL_NOT_AVAILABLE"
    http_status = 422


class ModelLoadingError(ServerError):
    """The model is not ready yet; ``details.retry_after_s`` says when to try again."""

    code = "MODEL_LOADING"
    http_status = 503


class ModelFailedError(ServerError):
    """The model could not be loaded."""

    code = "MODEL_FAILED"
    http_status = 503


class EngineNotInstalledError(ServerError):
    """The package behind an engine is missing."""

    code = "ENGINE_NOT_INSTALLED"
    http_status = 503


class RecognitionFailedError(ServerError):
    """One decode failed; the session goes on and the lost stretch is in ``details``."""

    code = "RECOGNITION_FAILED"
    recoverable = True


class ProcessingTimeoutError(ServerError):
    """One decode took too long and was given up; the lost stretch is in ``details``."""

    code = "PROCESSING_TIMEOUT"
    http_status = 504
    recoverable = True


class ResourceUnavailableError(ServerError):
    """The machine is busy: a new session would make the present ones slow."""

    code = "RESOURCE_UNAVAILABLE"
    http_status = 503


class ShuttingDownError(ServerError):
    """The server is stopping; ``details.retry_after_s`` says when to come back."""

    code = "SHUTTING_DOWN"
    http_status = 503


# --- storage --------------------------------------------------------------------------------------


class StorageFailedError(ServerError):
    """The history could not be written; confirmed text stays in memory and is tried again."""

    code = "STORAGE_FAILED"
    http_status = 503
    recoverable = True


class TranscriptNotFoundError(ClientError):
    """No transcript of that id is in the history."""

    code = "TRANSCRIPT_NOT_FOUND"
    http_status = 404


class MicrophoneNotFoundError(ClientError):
    """The command line found no microphone, or the sound system would not open it."""

    code = "MICROPHONE_NOT_FOUND"


# --- the client's and the command line's own ------------------------------------------------------


class ServerUnreachableError(ServerError):
    """No server answers at the address, or none answered any more; what was recorded is kept."""

    code = "SERVER_UNREACHABLE"
    http_status = 503
    recoverable = True


class AddressNotAvailableError(ServerError):
    """The server cannot listen at the address and port that it was given."""

    code = "ADDRESS_NOT_AVAILABLE"


class AddressNotProtectedError(AddressNotAvailableError):
    """Other machines reach the address, and nobody would be asked for a key."""
