"""What the fault suite shares: the real server, what it hears undisturbed, and the report."""

from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.server_process import ServerProcess
from tests.faults.dictation import Dictation, Ending
from tests.faults.outcome import Outcome
from tests.faults.proxy import FaultyProxy
from tests.faults.speech import SAMPLES, Speech

WHISPER = ("--engine", "whisper", "--model", str(SAMPLES.parent / "model"))

IMPATIENT = {"VIVAVOZ_GAP_TIMEOUT_S": "2"}

StartServer = Callable[..., Awaitable[ServerProcess]]
TextOf = Callable[[Speech], Awaitable[str]]
LosesNothing = Callable[[Dictation, Ending], Awaitable[None]]


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for the suite, one process for each module: servers are shared."""
    for item in items:
        if not item.path.is_relative_to(Path(__file__).parent):
            continue
        item.add_marker(pytest.mark.xdist_group(f"faults-{item.path.stem}"))
        if isinstance(item, pytest.Function) and iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """The real server with the small Whisper model, for faults that it survives."""
    process = ServerProcess(tmp_path_factory.mktemp("server"), WHISPER, settings=IMPATIENT)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def start_server(tmp_path: Path) -> AsyncIterator[StartServer]:
    """Starts a server of a test's own: ``await start_server(setting=value)``."""
    started: list[ServerProcess] = []

    async def start(**settings: object) -> ServerProcess:
        variables = {f"VIVAVOZ_{name.upper()}": str(value) for name, value in settings.items()}
        process = ServerProcess(tmp_path / "data", WHISPER, settings=variables)
        started.append(process)
        await process.start()
        return process

    yield start
    for process in started:
        await process.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(server: ServerProcess) -> AsyncIterator[FaultyProxy]:
    """The network between a client and ``server``."""
    async with FaultyProxy(server.port) as between:
        yield between


_undisturbed: dict[Speech, str] = {}


@pytest.fixture
def undisturbed(server: ServerProcess) -> TextOf:
    """The text of a speech when nothing goes wrong."""

    async def text_of(speech: Speech) -> str:
        if speech not in _undisturbed:
            async with Dictation(server.url, speech) as dictation:
                ending = await dictation.finish()
            assert ending.errors.total() == ending.resumed == 0
            assert set(ending.warnings) <= {"LATENCY_HIGH"}  # of a busy machine, in fast motion
            assert ending.text.strip()
            _undisturbed[speech] = ending.text
        return _undisturbed[speech]

    return text_of


@pytest.fixture
def outcome(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Outcome:
    """Where a test says what came of its fault, which its ``fault`` marker names."""
    marker = request.node.get_closest_marker("fault")
    record_property("fault", marker.args[0])
    return Outcome(record_property)


@pytest.fixture
def loses_nothing(undisturbed: TextOf, outcome: Outcome) -> LosesNothing:
    """Checks that a dictation ended once, with the text of an undisturbed one."""

    async def check(dictation: Dictation, ending: Ending) -> None:
        text = await undisturbed(dictation.speech)
        await outcome.is_whole(dictation.session_id, ending, text, dictation.url)

    return check
