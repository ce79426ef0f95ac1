"""What each error code promises, over both transports: whether the session goes on, and if not, how
the connection is closed after it."""

import inspect

import pytest

from tests.contract.conftest import Stage
from tests.contract.ending_errors import ENDINGS, Ending
from tests.contract.passing_errors import GOING_ON
from vivavoz import errors
from vivavoz.errors import VivavozError
from vivavoz.session.events import Ping, Pong


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.provoke.__name__)
async def test_an_error_that_ends_the_session_says_so(
    stage: Stage, sentence: list[bytes], ending: Ending
) -> None:
    client = await ending.provoke(stage, sentence)
    failed = await client.until_error(ending.code)
    assert not failed.error.recoverable
    assert await client.until_closed() == ending.close_code
    assert client.close_reason == ("COMPLETED" if ending.close_code == 1000 else ending.code)


@pytest.mark.parametrize("code", GOING_ON)
async def test_after_any_other_error_the_session_goes_on(
    stage: Stage, sentence: list[bytes], code: str
) -> None:
    client = await GOING_ON[code](stage, sentence)
    failed = await client.until_error(code)
    assert failed.error.recoverable
    await client.send(Ping(timestamp=7.0))
    assert (await client.until(Pong)).timestamp == 7.0


# --- all of them ----------------------------------------------------------------------------------

TOLD_ELSEWHERE = (
    {
        "CONNECTION_LOST": "nobody is there to be told",
        "INTERNAL_ERROR": "tests/faults",
        "PROCESSING_TIMEOUT": "tests/unit/runtime",
        "RESOURCE_UNAVAILABLE": "tests/integration/test_overload.py",
        "STORAGE_FAILED": "tests/faults",
        "LIMIT_REACHED": "a base",
        "TIMEOUT": "a base",
    }
    | dict.fromkeys(
        [
            "ADDRESS_NOT_AVAILABLE",
            "ENGINE_NOT_INSTALLED",
            "MICROPHONE_NOT_FOUND",
            "SERVER_UNREACHABLE",
        ],
        "the command line",
    )
    | dict.fromkeys(
        [
            "FORBIDDEN",
            "INVALID_REQUEST",
            "METHOD_NOT_ALLOWED",
            "MODEL_NOT_AVAILABLE",
            "NOT_FOUND",
            "ORIGIN_NOT_ALLOWED",
            "RECORDING_TOO_LONG",
            "TRANSCRIPT_NOT_FOUND",
        ],
        "HTTP",
    )
)


def test_no_code_is_forgotten() -> None:
    classes = [e for e in vars(errors).values() if inspect.isclass(e)]
    codes = {e.code for e in classes if issubclass(e, VivavozError)}
    assert {ending.code for ending in ENDINGS} | set(GOING_ON) | set(TOLD_ELSEWHERE) == codes


def test_what_the_table_says_of_a_code_is_so_once_there_is_a_session() -> None:
    recoverable = {
        e.code: e.recoverable
        for e in vars(errors).values()
        if inspect.isclass(e) and issubclass(e, VivavozError)
    }
    assert all(recoverable[code] for code in GOING_ON)
    assert not any(recoverable[ending.code] for ending in ENDINGS if ending.code not in GOING_ON)
