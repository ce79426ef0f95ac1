"""The tree of errors: codes that never change, classes that say what they mean."""

import inspect
import json

import pytest

from vivavoz import errors
from vivavoz.errors import ClientError, ServerError, VivavozError

PUBLISHED = {
    "ADDRESS_NOT_AVAILABLE": (500, False),
    "CHUNK_LIMIT_REACHED": (429, False),
    "CHUNK_TOO_LARGE": (413, True),
    "CONNECTION_LOST": (408, False),
    "CONNECT_TIMEOUT": (408, False),
    "DURATION_LIMIT_REACHED": (429, False),
    "ENGINE_NOT_INSTALLED": (503, False),
    "FORBIDDEN": (403, False),
    "IDLE_TIMEOUT": (408, False),
    "INTERNAL_ERROR": (500, False),
    "INVALID_FORMAT": (422, False),
    "INVALID_MESSAGE": (400, True),
    "INVALID_REQUEST": (400, True),
    "INVALID_RESUME_TOKEN": (403, False),
    "INVALID_STATE": (409, True),
    "LANGUAGE_NOT_SUPPORTED": (422, True),
    "LIMIT_REACHED": (429, False),
    "METHOD_NOT_ALLOWED": (405, True),
    "MICROPHONE_NOT_FOUND": (400, True),
    "MODEL_FAILED": (503, False),
    "MODEL_LOADING": (503, False),
    "MODEL_NOT_AVAILABLE": (422, True),
    "NOT_FOUND": (404, True),
    "ORIGIN_NOT_ALLOWED": (403, False),
    "PROCESSING_TIMEOUT": (504, True),
    "RATE_LIMITED": (429, True),
    "RECOGNITION_FAILED": (500, True),
    "RECORDING_TOO_LONG": (413, False),
    "RESOURCE_UNAVAILABLE": (503, False),
    "SEQUENCE_MISMATCH": (409, True),
    "SERVER_UNREACHABLE": (503, True),
    "SESSION_BYTES_LIMIT_REACHED": (429, False),
    "SESSION_CANCELLED": (410, False),
    "SESSION_NOT_FOUND": (404, False),
    "SESSION_REPLACED": (409, False),
    "SHUTTING_DOWN": (503, False),
    "STORAGE_FAILED": (503, True),
    "TIMEOUT": (408, False),
    "TOO_MANY_RECONNECTS": (429, False),
    "TOO_MANY_SESSIONS": (503, False),
    "TOO_MANY_SESSIONS_FOR_ADDRESS": (429, False),
    "TOO_MANY_UNACKNOWLEDGED": (429, True),
    "TRANSCRIPT_NOT_FOUND": (404, True),
    "UNAUTHORIZED": (401, False),
    "UNSUPPORTED_FORMAT": (415, True),
}
"""Code -> HTTP status and whether the session goes on: a promise to clients. Add; never change."""

CLASSES = [e for e in vars(errors).values() if inspect.isclass(e) and issubclass(e, VivavozError)]
INNER = {VivavozError, ClientError, ServerError}


def test_published_codes_never_change() -> None:
    assert {e.code: (e.http_status, e.recoverable) for e in CLASSES} == PUBLISHED


def test_a_code_belongs_to_one_class_and_those_below_it() -> None:
    for error in CLASSES:
        if error not in INNER and "code" in vars(error):
            others = [e for e in CLASSES if e.code == error.code and not issubclass(e, error)]
            assert not others, f"{error.__name__} shares its code with {others}"


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_class_says_what_it_means(error: type[VivavozError]) -> None:
    assert "__doc__" in vars(error)
    assert error.__doc__


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_the_base_class_says_whose_fault_it_is(error: type[VivavozError]) -> None:
    if error not in {VivavozError, errors.TooManySessionsError}:  # full is nobody's fault
        assert issubclass(error, ServerError) == (error.http_status >= 500)
        assert issubclass(error, ClientError) == (error.http_status < 500)


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_an_error_carries_its_sentence_and_the_facts_behind_it(error: type[VivavozError]) -> None:
    raised = error("The port is taken. Choose another.", port=8000, free=[8001])
    assert str(raised) == raised.message == "The port is taken. Choose another."
    assert json.loads(json.dumps(raised.details)) == {"port": 8000, "free": [8001]}


def test_details_are_empty_when_none_are_given() -> None:
    assert errors.NotFoundError("Nothing is here.").details == {}
