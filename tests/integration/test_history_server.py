"""The history of a whole server: what it deletes by itself."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx

from tests.contract.dictations import MORNING, dictate
from tests.live.engines import CountingEngine, ready
from tests.live.server import live_server, until_answered
from vivavoz.history.store import SqlTranscriptStore
from vivavoz.session.entities import utc_now
from vivavoz.settings import Settings

UNDO_S = 60.0


def a_history(settings: Settings, deleted_s_ago: float) -> tuple[UUID, UUID]:
    """A history whose first transcript was deleted that long ago; both ids."""
    store = SqlTranscriptStore(
        settings.sqlalchemy_url,
        settings.transcripts_dir,
        clock=lambda: utc_now() - timedelta(seconds=deleted_s_ago),
    )
    gone = dictate(store, "se va")
    kept = dictate(store, "se queda", start=MORNING + timedelta(hours=1))
    store.trash.delete([gone], None)
    store.close()
    return gone, kept


def wait_for_one_file(folder: Path) -> None:
    deadline_s = time.monotonic() + 30.0
    while len(list(folder.iterdir())) > 1:
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


async def test_what_was_deleted_in_time_past_goes_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, undo_delete_s=UNDO_S)
    gone, kept = a_history(settings, deleted_s_ago=UNDO_S)
    assert len(list(settings.transcripts_dir.iterdir())) == 2
    async with live_server(settings, ready(CountingEngine())) as server, server.http() as http:
        await asyncio.to_thread(wait_for_one_file, settings.transcripts_dir)
        restored = await http.post(f"/api/history/{gone}/restore")
        assert restored.status_code == httpx.codes.NOT_FOUND
        assert (await http.get(f"/api/history/{kept}")).status_code == httpx.codes.OK


async def test_what_was_deleted_just_now_comes_back_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, undo_delete_s=UNDO_S)
    gone, _ = a_history(settings, deleted_s_ago=UNDO_S / 2)
    async with live_server(settings, ready(CountingEngine())) as server, server.http() as http:
        await until_answered(http, f"/api/history/{gone}", httpx.codes.NOT_FOUND)
        restored = await http.post(f"/api/history/{gone}/restore")
        assert restored.json()["text"] == "se va"
        assert (await http.get("/api/history")).json()["total"] == 2
