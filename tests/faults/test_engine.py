"""The engine misbehaves while somebody speaks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.conftest import LosesNothing, TextOf
from tests.faults.dictation import Dictation
from tests.faults.faulty_engine import FaultyEngine
from tests.faults.outcome import Outcome
from tests.faults.speech import opus_speech
from tests.live.engines import ready
from tests.live.server import LiveServer, live_server
from vivavoz.engines.registry import load_engine
from vivavoz.recognition.engine import WindowEngine
from vivavoz.settings import EngineChoice, Settings

SPEECH = opus_speech("en-5")
FAULTS = ["raises", "hangs", "kills"]
HANGS_AFTER_S = 3.0
"""Far more than a decode takes on a busy machine."""

ServeFaulty = Callable[[str, range], Awaitable[LiveServer]]


@pytest.fixture(scope="module")
def whisper(
    fixture_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WindowEngine]:
    """The small Whisper model."""
    settings = Settings(
        engine=EngineChoice.WHISPER,
        model=str(fixture_model),
        data_dir=tmp_path_factory.mktemp("whisper"),
    )
    engine = load_engine(settings, lambda _progress: None).engine
    assert isinstance(engine, WindowEngine)
    yield engine
    engine.close()


@pytest_asyncio.fixture(loop_scope="session")
async def serve_faulty(whisper: WindowEngine, tmp_path: Path) -> AsyncIterator[ServeFaulty]:
    """Serves with an engine that misbehaves at these final decodes."""
    async with AsyncExitStack() as stack:

        async def serve(fault: str, finals: range) -> LiveServer:
            engine = FaultyEngine(whisper, fault, finals)
            stack.callback(engine.release)
            known = {"data_dir": tmp_path, "worker_threads": 2}
            if fault == "hangs":
                known["processing_timeout_s"] = HANGS_AFTER_S
            serving = live_server(Settings.model_validate(known), ready(engine))
            return await stack.enter_async_context(serving)

        yield serve


def is_part_of(words: str, whole: str) -> bool:
    """Whether the words stand in the whole in the same order, with some left out."""
    rest = iter(whole.split())
    return all(word in rest for word in words.split())


@pytest.mark.fault("one decode of the engine raises, hangs, or ends its thread")
@pytest.mark.parametrize("fault", FAULTS)
async def test_one_decode_fails(
    fault: str, serve_faulty: ServeFaulty, loses_nothing: LosesNothing
) -> None:
    server = await serve_faulty(fault, range(2, 3))
    async with Dictation(server.url, SPEECH) as dictation:
        ending = await dictation.finish()
    await loses_nothing(dictation, ending)


@pytest.mark.fault("every decode of one stretch of speech raises, hangs, or ends its thread")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_stretch_cannot_be_decoded(
    fault: str, serve_faulty: ServeFaulty, undisturbed: TextOf, outcome: Outcome
) -> None:
    server = await serve_faulty(fault, range(2, 6))
    async with Dictation(server.url, SPEECH) as dictation:
        ending = await dictation.finish()
    lost = await outcome.declares(dictation.session_id, ending, server.url, "lost_speech")
    assert ending.errors == {"RECOGNITION_FAILED": len(lost)}
    whole = await undisturbed(SPEECH)
    assert ending.text != whole
    assert is_part_of(ending.text, whole)
