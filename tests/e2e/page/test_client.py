"""The client library against a server that misbehaves on request, in the browser."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.page.scripted_server import ScriptedServer
from tests.e2e.waiting import eventually

CLIENT = """async () => {
  const { DictationClient } = await import("/static/client/dictation.js");
  const url = new URL("ws", document.baseURI).href.replace(/^http/, "ws");
  const client = new DictationClient({ url });
  window.client = client;
  window.phases = [];
  window.happened = [];
  client.addEventListener("phase", ({ detail }) => phases.push(detail));
  for (const type of ["error", "completed", "left", "resumed", "final"]) {
    client.addEventListener(type, ({ detail }) => happened.push([type, detail]));
  }
  window.push = (from, to) => {
    for (let number = from; number <= to; number += 1) {
      client.pushAudio(new Uint8Array([number]), Date.now());
    }
  };
}"""
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
START = "() => client.start({ mimeType: 'audio/webm;codecs=opus' })"


@pytest_asyncio.fixture(loop_scope="session")
async def page(server: ScriptedServer, browser: Browser) -> AsyncIterator[Page]:
    """An empty page with a client, and what it tells."""
    errors: list[str] = []
    page = await browser.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{server.url}empty")
    await page.evaluate(CLIENT)
    yield page
    await page.close()
    assert errors == []


def payload(server: ScriptedServer) -> bytes:
    """All audio in order."""
    return b"".join(server.chunks[number] for number in sorted(server.chunks))


def names(server: ScriptedServer) -> list[str]:
    """The control events that came."""
    return [name for name, _ in server.events]


async def phases(page: Page) -> list[dict[str, Any]]:
    """The phases so far, repetitions as they came."""
    found: list[dict[str, Any]] = await page.evaluate("() => phases")
    return found


async def dictate(page: Page, server: ScriptedServer, *, chunks: int = 0) -> None:
    """Start, and have so many chunks received."""
    await page.evaluate(START)
    await page.evaluate("chunks => push(1, chunks)", chunks)
    await eventually(lambda: names(server) == ["start_recording"] and server.received == chunks)


async def stop_clock(page: Page) -> None:
    """From here on time passes for the page only when it is told so."""
    await page.clock.install(time=NOON)
    await page.clock.pause_at(NOON + timedelta(minutes=1))
    await page.evaluate(CLIENT)


async def test_audio_recorded_before_the_connection_is_open_arrives(
    page: Page, server: ScriptedServer
) -> None:
    await page.evaluate(f"() => {{ ({START})(); push(1, 5); client.stop(); }}")
    await eventually(lambda: names(server) == ["start_recording", "stop_recording"])
    assert payload(server) == bytes(range(1, 6))
    assert server.events[1][1] == {"last_sequence_number": 5}


async def test_chunks_are_split_below_the_limit(page: Page, server: ScriptedServer) -> None:
    server.limits["max_chunk_bytes"] = 1024
    await page.evaluate(START)
    await page.evaluate("() => client.pushAudio(new Uint8Array(2500).fill(7), 1)")
    await eventually(lambda: server.received == 3)
    assert [len(server.chunks[number]) for number in (1, 2, 3)] == [1024, 1024, 452]


async def test_no_more_chunks_are_in_flight_than_allowed(
    page: Page, server: ScriptedServer
) -> None:
    server.limits["max_unacknowledged_chunks"] = 4
    server.acknowledges = False
    await page.evaluate(START)
    await page.evaluate("() => push(1, 10)")
    await eventually(lambda: server.received == 4)
    await page.wait_for_timeout(300)
    assert server.received == 4
    server.acknowledges = True
    await server.say("ack", received_sequence_number=4, durable_sequence_number=0, queue_size=0)
    await eventually(lambda: server.received == 10)


async def test_a_lost_connection_is_resumed_with_nothing_lost_or_doubled(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=3)
    await server.drop()
    await page.evaluate("() => push(4, 8)")
    await eventually(lambda: server.received == 8)
    assert payload(server) == bytes(range(1, 9))
    assert server.duplicates == 0
    assert server.connections[1] == {
        "session_id": server.session_id,
        "resume_token": "secret",
    }
    assert names(server) == ["start_recording"]


async def test_a_new_server_process_is_sent_the_stream_from_its_beginning(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=6)
    server.durable = 4
    await server.say("ack", received_sequence_number=6, durable_sequence_number=4, queue_size=0)
    server.chunks.clear()
    server.resume_from, server.epoch = 1, "second"
    await server.drop()
    await eventually(lambda: server.received == 6)
    assert payload(server) == bytes(range(1, 7))


async def test_a_pause_while_the_connection_is_away_keeps_its_place(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=2)
    server.session_status = "recording"
    await server.drop()
    await page.evaluate(
        "() => { push(3, 4); client.pause(); client.resume('audio/webm'); push(5, 6); }"
    )
    await eventually(lambda: server.received == 6)
    assert names(server) == ["start_recording", "pause_recording", "resume_recording"]


async def test_stopping_while_the_connection_is_away_finishes_afterwards(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=2)
    await server.drop()
    await page.evaluate("() => { push(3, 3); client.stop(); }")
    await eventually(lambda: "stop_recording" in names(server))
    assert server.received == 3
    server.confirmed = ["All of it."]
    await server.complete()
    completed = await _first(page, "completed")
    assert completed["confirmed_text"] == "All of it."
    assert (await phases(page))[-1]["phase"] == "closed"


async def test_text_confirmed_while_away_comes_with_the_resumption(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server)
    await server.drop()
    server.confirmed = ["Said meanwhile."]
    assert (await _first(page, "resumed"))["confirmed_text"] == "Said meanwhile."


async def test_a_rate_limit_is_met_by_sending_again(page: Page, server: ScriptedServer) -> None:
    await dictate(page, server, chunks=4)
    del server.chunks[3], server.chunks[4]
    await server.fail("RATE_LIMITED", expected_sequence_number=3)
    await eventually(lambda: server.received == 4)
    assert await page.evaluate("() => happened") == []


async def test_back_off_grows_and_ends_in_block_mode(page: Page, server: ScriptedServer) -> None:
    await stop_clock(page)
    await dictate(page, server)
    server.refusal = 503
    await server.drop()
    waits_s = [await _wait_out(page, attempt) for attempt in range(1, 7)]
    assert waits_s == [1, 2, 4, 8, 16, 15]


async def test_audio_recorded_in_block_mode_is_sent_when_the_server_is_back(
    page: Page, server: ScriptedServer
) -> None:
    await stop_clock(page)
    await dictate(page, server)
    server.refusal = 503
    await server.drop()
    for attempt in range(1, 6):
        await _wait_out(page, attempt)
    await _until_phase(page, "blocked", 6)
    await page.evaluate("() => push(1, 3)")
    assert await page.evaluate("() => client.unsavedStreams()[0].pieces.length") == 3
    server.refusal = None
    await page.evaluate("() => client.retryNow()")
    await eventually(lambda: server.received == 3)


async def test_a_half_open_connection_is_noticed_within_20_s(
    page: Page, server: ScriptedServer
) -> None:
    await stop_clock(page)
    await dictate(page, server)
    server.is_silent = True
    await page.clock.run_for(20_000)
    assert [phase["phase"] for phase in await phases(page)][:4] == [
        "connecting",
        "open",
        "waiting",
        "connecting",
    ]


@pytest.mark.parametrize(
    ("close_code", "error_code"),
    [
        (4400, "INVALID_MESSAGE"),
        (4403, "ORIGIN_NOT_ALLOWED"),
        (4408, "TIMEOUT"),
        (4409, "SESSION_REPLACED"),
        (4410, "SESSION_CANCELLED"),
        (4429, "LIMIT_REACHED"),
    ],
)
async def test_a_final_close_code_ends_the_session_and_keeps_the_audio(
    page: Page, server: ScriptedServer, close_code: int, error_code: str
) -> None:
    await dictate(page, server, chunks=2)
    await server.drop(close_code)
    await _until_phase(page, "closed", None)
    assert (await phases(page))[-1]["error"]["code"] == error_code
    assert await page.evaluate("() => client.unsavedStreams()[0].pieces.length") == 2
    assert len(server.connections) == 1


async def test_a_server_that_asks_who_is_there_gets_the_same_session_back(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=2)
    await server.fail("UNAUTHORIZED", 4401)
    await _until_phase(page, "locked", None)
    await page.evaluate("() => push(3, 4)")
    assert len(server.connections) == 1
    await page.evaluate("() => client.retryNow()")
    await eventually(lambda: server.received == 4)
    assert server.connections[1]["session_id"] == server.session_id


async def test_a_wrong_resume_token_is_final(page: Page, server: ScriptedServer) -> None:
    await dictate(page, server)
    await server.fail("INVALID_RESUME_TOKEN", 4401)
    await _until_phase(page, "closed", None)
    assert (await phases(page))[-1]["error"]["code"] == "INVALID_RESUME_TOKEN"


async def test_a_session_that_the_server_forgot_begins_anew_while_nothing_was_stored(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=3)
    server.chunks.clear()
    await server.fail("SESSION_NOT_FOUND", 4404)
    await eventually(lambda: server.received == 3)
    assert payload(server) == bytes(range(1, 4))
    assert server.connections == [{}, {}]
    assert names(server) == ["start_recording", "start_recording"]


async def test_a_session_that_the_server_forgot_is_not_begun_anew_once_text_was_stored(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=3)
    await server.say("ack", received_sequence_number=3, durable_sequence_number=2, queue_size=0)
    await server.fail("SESSION_NOT_FOUND", 4404)
    await _until_phase(page, "gone", None)
    await page.evaluate("() => push(4, 5)")
    assert await page.evaluate("() => client.unsavedStreams()[0].pieces.length") == 5
    assert len(server.connections) == 1


async def test_what_a_session_that_ended_without_this_side_did_not_hear_is_kept(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server, chunks=3)
    await page.evaluate("() => push(4, 4)")
    del server.chunks[3]
    await server.complete("connection_lost")
    await _until_phase(page, "gone", None)
    assert (await _first(page, "left"))["reason"] == "connection_lost"
    assert await page.evaluate("() => client.unsavedStreams()[0].pieces.length") == 4
    await page.evaluate("() => client.uploaded(client.unsavedStreams()[0])")
    assert await page.evaluate("() => client.unsavedStreams()") == []


async def test_a_server_that_names_a_time_is_not_asked_before(
    page: Page, server: ScriptedServer
) -> None:
    await dictate(page, server)
    await server.fail("SHUTTING_DOWN", 1012, retry_after_s=20)
    await _until_phase(page, "waiting", 1)
    wait_ms = await page.evaluate("() => phases.at(-1).retryAtMs - Date.now()")
    assert wait_ms > 18_000


async def _first(page: Page, event: str) -> dict[str, Any]:
    """The data of the first event of that name, waited for."""
    found: dict[str, Any] = await page.evaluate(
        """async (event) => {
          for (let tries = 0; tries < 200; tries += 1) {
            const found = happened.find(([type]) => type === event);
            if (found) return found[1];
            await new Promise((resolve) => setTimeout(resolve, 25));
          }
          throw new Error(`${event} did not come`);
        }""",
        event,
    )
    return found


async def _wait_out(page: Page, attempt: int) -> int:
    """Let the time before that attempt pass; return its seconds."""
    await _until_phase(page, "waiting" if attempt < 6 else "blocked", attempt)
    wait_ms: int = await page.evaluate("() => phases.at(-1).retryAtMs - Date.now()")
    await page.clock.run_for(wait_ms)
    return round(wait_ms / 1000)


async def _until_phase(page: Page, phase: str, attempt: int | None) -> None:
    """Wait for the client to be in that phase; ``attempt``: how many times it has been left."""

    async def is_there() -> bool:
        seen = [entry["phase"] for entry in await phases(page)]
        waits = sum(name in ("waiting", "blocked") for name in seen)
        return seen[-1:] == [phase] and attempt in (None, waits)

    await eventually(is_there)
