"""What the page says in each state, and what can be done then."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page.listening import listen
from tests.e2e.page.scripted_server import ScriptedServer
from tests.e2e.permissions import forbid_microphone
from tests.e2e.reading import expect_notice, expect_state
from tests.e2e.waiting import eventually

DENY_MICROPHONE = (
    "() => { navigator.mediaDevices.getUserMedia = () =>"
    " Promise.reject(new DOMException('', 'NotAllowedError')); }"
)


async def test_a_lost_connection_is_told_with_attempt_countdown_and_a_way_to_hurry(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    server.refusal = 503
    await server.drop()
    await expect_state(page, "reconnecting")
    await expect(page.locator("#hint")).to_contain_text("Attempt 3 of 5, again in 4 s")
    server.refusal = None
    await page.click("#next-step")
    await expect_state(page, "listening")
    await expect_notice(page, "Connected again")


async def test_icons_are_drawn_while_the_network_is_away(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await page.context.set_offline(True)
    await page.click("#record")
    await expect(page.locator("#record")).to_have_accessible_name("Continue")
    icon = page.locator("#record svg")
    assert await icon.evaluate("(icon) => icon.getBBox().width") > 0


async def test_latency_is_shown_and_warned_of_above_what_the_server_names(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    server.limits["latency_warning_ms"] = 5000
    page = await open_page(server.url)
    await listen(page)
    await server.metrics(4900)
    await expect(page.locator("#latency-text")).to_have_text("4,900 ms")
    await expect(page.locator("#latency.is-high")).to_have_count(0)
    await expect(page.locator(".notice")).to_have_count(0)
    await server.metrics(5100)
    await expect(page.locator("#latency.is-high")).to_be_visible()
    await expect_notice(page, "5 s behind your voice")
    await server.metrics(200)
    await expect(page.locator(".notice")).to_have_count(0)


async def test_a_refused_microphone_is_told_in_words(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await page.evaluate(DENY_MICROPHONE)
    await page.click("#record")
    await expect_state(page, "unheard")
    await expect_notice(page, "does not let this page use the micro")
    assert server.connections == []


async def test_a_microphone_that_is_taken_away_pauses_the_dictation(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await forbid_microphone(page)
    await expect_notice(page, "may no longer use the microphone")
    await eventually(lambda: server.events[-1][0] == "pause_recording")
    await page.context.clear_permissions()
    await page.context.grant_permissions(["microphone"])
    await page.click("#record")
    await expect_state(page, "listening")
    await expect(page.locator(".notice", has_text="microphone")).to_have_count(0)
    assert [name for name, _ in server.events] == [
        "start_recording",
        "pause_recording",
        "resume_recording",
    ]


async def test_impatient_presses_are_carried_out_one_after_another(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await page.evaluate(
        "() => { for (let press = 0; press < 4; press += 1)"
        " document.getElementById('record').click(); document.getElementById('finish').click(); }"
    )
    await eventually(lambda: server.events[-1][0] == "stop_recording")
    assert [name for name, _ in server.events] == [
        "start_recording",
        "pause_recording",
        "resume_recording",
        "pause_recording",
        "resume_recording",
        "stop_recording",
    ]


async def test_a_fatal_error_offers_the_recording(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url, accept_downloads=True)
    await listen(page)
    await eventually(lambda: server.received > 2)
    await server.fail("TOO_MANY_RECONNECTS", 4429)
    await expect_state(page, "failed")
    await expect_notice(page, "The connection broke too often")
    async with page.expect_download() as downloading:
        await page.click("text=Keep the recording")
    kept = Path(await (await downloading.value).path())
    received = b"".join(server.chunks[number] for number in range(1, server.received + 1))
    assert (await asyncio.to_thread(kept.read_bytes)).startswith(received)
    await page.click("#record")
    await expect_state(page, "listening")


async def test_a_second_tab_offers_to_take_over(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    first = await open_page(server.url)
    await listen(first)
    second = await first.context.new_page()
    await second.goto(server.url)
    await second.click("#record")
    await expect_notice(second, "another tab")
    await second.click("text=Dictate here")
    await eventually(lambda: "stop_recording" in [name for name, _ in server.events])
    await expect_state(second, "listening")
    await expect_notice(first, "another tab took over")


async def test_what_a_forgotten_session_missed_is_uploaded_and_nothing_is_doubled(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await server.final("One two three.", 0, 1.5)
    await eventually(lambda: server.received > 2)
    await server.say("ack", received_sequence_number=3, durable_sequence_number=2, queue_size=0)
    await server.fail("SESSION_NOT_FOUND", 4404)
    await expect_state(page, "gone")
    await expect(page.locator("#hint")).to_contain_text("the rest is transcribed when you finish")
    await page.wait_for_timeout(600)
    server.hear("One two three. Four five.", 0)
    await page.click("#finish")
    await expect_state(page, "finished")
    await expect(page.locator("#transcript")).to_have_text("One two three. Four five.")
    await expect_notice(page, "rest of the recording has been transcribed")
    [upload] = server.uploads
    assert upload.startswith(b"".join(server.chunks[number] for number in (1, 2, 3)))
    await expect(page.locator("#next-step")).to_be_visible()


async def test_an_upload_that_fails_leaves_the_recording_to_keep_or_try_again(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await eventually(lambda: server.received > 2)
    await server.say("ack", received_sequence_number=3, durable_sequence_number=2, queue_size=0)
    await server.fail("SESSION_NOT_FOUND", 4404)
    await expect_state(page, "gone")
    await page.click("#finish")
    await expect_state(page, "failed")
    await expect(page.get_by_role("button", name="Keep the recording")).to_be_visible()
    server.hear("All of it.", 0)
    await page.click("text=Transcribe it now")
    await expect_state(page, "finished")
    await expect(page.locator("#transcript")).to_have_text("All of it.")
