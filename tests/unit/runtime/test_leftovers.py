"""What earlier processes left behind is finished, and what was kept for long enough goes."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from tests.contract.dictations import SUMMARY
from tests.live.engines import CountingEngine
from tests.unit.runtime.absences import Absence, left_alone
from tests.unit.runtime.conftest import NOON, House, OpenHouse
from vivavoz.errors import StorageFailedError
from vivavoz.history.tables import SESSION_METRICS, TRANSCRIPTS
from vivavoz.recognition.engine import EngineCapabilities
from vivavoz.runtime import leftovers
from vivavoz.session.entities import StreamingSession
from vivavoz.session.events import StopRecording

DAY_S = 24 * 3600.0


class OtherEngine(CountingEngine):
    """What the server runs after its restart."""

    @property
    def capabilities(self) -> EngineCapabilities:
        """Those of the first, under another name."""
        return replace(super().capabilities, name="other", model="as-many")


@pytest.fixture
def faint_sentence(sentence: list[bytes]) -> list[bytes]:
    """So faint that its quality is not the best."""
    return [(np.frombuffer(chunk, np.int16) // 10).tobytes() for chunk in sentence]


@pytest.fixture
async def absence(open_house: OpenHouse, faint_sentence: list[bytes]) -> Absence:
    """A session that an earlier process left behind; the present one has another engine."""
    absence = await left_alone(await open_house(), faint_sentence)
    await absence.outlives_the_process(await open_house(OtherEngine()))
    return absence


def made_by(absence: Absence) -> tuple[str | None, str | None]:
    """The engine and the model that the transcript names."""
    transcript = absence.house.store.catalog.get(absence.session_id, None)
    return transcript.engine, transcript.model


def row_of(house: House, table: sa.Table) -> Any:
    """The only one of a table."""
    with house.store._database.read() as connection:
        return connection.execute(sa.select(table)).one()


async def test_they_wait_for_their_clients_from_the_moment_the_model_is_there(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house(resume_window_s=0.01)
    await (await left_alone(house, sentence)).outlives_the_process(house)
    loaded = asyncio.Event()
    looking = asyncio.create_task(house.leftovers(loaded).run())
    await asyncio.sleep(0.2)
    assert house.store.catalog.page(None).total == 0
    loaded.set()
    async with asyncio.timeout(10):
        while not house.store.catalog.page(None).total:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
    assert not looking.done()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_they_are_finished_once_their_clients_had_time_to_come_back(
    open_house: OpenHouse, sentence: list[bytes]
) -> None:
    house = await open_house()
    absence = await left_alone(house, sentence)
    await house.manager.drain()
    assert house.leftovers().finish_all() == 0
    await absence.outlives_the_process(house)
    assert house.leftovers().finish_all() == 1
    assert house.leftovers().finish_all() == 0
    assert house.store.catalog.get(absence.session_id, None).text


async def test_they_are_kept_with_what_was_measured_and_with_the_engine_that_heard_them(
    absence: Absence,
) -> None:
    measured = absence.caller.runner.measured()
    assert 0.0 < measured.audio_quality_score < 1.0
    absence.house.leftovers().finish_all()
    assert made_by(absence) == ("counting", "half-seconds")
    kept = row_of(absence.house, SESSION_METRICS)
    assert (kept.engine, kept.model, kept.outcome) == (*made_by(absence), "server_restarted")
    assert kept.audio_quality_score == pytest.approx(measured.audio_quality_score, abs=0.1)
    assert kept.finals == 1
    assert kept.words > 0
    assert kept.chunks > 0


async def test_one_that_is_resumed_names_the_engine_that_made_its_newest_text(
    absence: Absence,
) -> None:
    before = absence.house.store.find_unfinished(absence.session_id)
    assert before is not None
    assert before.summary is not None
    await absence.ends_and_all_is_said()
    assert made_by(absence) == ("other", "as-many")
    kept = row_of(absence.house, SESSION_METRICS)
    assert (kept.finals, kept.reconnects, kept.outcome) == (2, 1, "stopped")
    assert kept.chunks > before.summary.chunks
    assert 0.0 < kept.audio_quality_score < 1.0


async def test_one_that_is_resumed_and_says_nothing_more_is_as_it_was(absence: Absence) -> None:
    before = absence.house.store.find_unfinished(absence.session_id)
    again = await absence.ends()
    assert before is not None
    assert before.summary is not None
    assert again is not None
    again.runner.receive(StopRecording())
    assert await again.until_closed() == 1000
    assert made_by(absence) == ("counting", "half-seconds")
    kept = row_of(absence.house, SESSION_METRICS)
    assert kept.audio_quality_score == before.summary.audio_quality_score
    assert kept.audio_s == before.summary.audio_s


async def test_metrics_are_kept_for_the_days_that_are_set(open_house: OpenHouse) -> None:
    house = await open_house(metrics_retention_days=30)
    purged: list[str] = []
    leftovers = house.leftovers(purge_deleted=lambda: purged.append("deleted"))
    assert house.clock.now().wall == NOON
    house.store.complete(StreamingSession(start_time=NOON), "stopped", SUMMARY)
    house.clock.advance(30 * DAY_S)
    leftovers.purge()
    assert row_of(house, SESSION_METRICS).finished_at == NOON
    house.clock.advance(1.0)
    leftovers.purge()
    assert house.store.purge_metrics(NOON + timedelta(days=999)) == 0
    assert purged == ["deleted"] * 2


async def test_tokens_and_prompts_are_kept_for_as_long_as_a_client_may_come_back(
    absence: Absence,
) -> None:
    house = absence.house
    house.leftovers().finish_all()
    house.leftovers().purge()
    assert row_of(house, TRANSCRIPTS).resume_token_hash
    house.clock.advance(house.services.settings.duration_limit_s)
    house.leftovers().purge()
    assert row_of(house, TRANSCRIPTS).resume_token_hash == ""
    assert row_of(house, TRANSCRIPTS).recording_options is None


async def test_memory_is_given_back_while_the_store_refuses(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house()
    given_back: list[bool] = []
    monkeypatch.setattr(leftovers, "give_back_unused", lambda: given_back.append(True))
    with house.store._database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE session_metrics RENAME TO elsewhere")
    with pytest.raises(StorageFailedError):
        house.leftovers().purge()
    assert given_back
