"""The states of the page that make_screenshots.py photographs, and how each is come to."""

from collections.abc import Awaitable, Callable

from scripts.photographer import SAID, Photographer
from tests.e2e.page.scripted_files import ScriptedFiles
from tests.e2e.page.scripted_server import BUILT_IN, ready

State = Callable[[Photographer], Awaitable[None]]


async def idle(shot: Photographer) -> None:
    await shot.open()


async def listening(shot: Photographer) -> None:
    await shot.dictate()


async def late(shot: Photographer) -> None:
    await shot.dictate(latency_ms=4200)


async def paused(shot: Photographer) -> None:
    await shot.dictate()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(600)


async def reconnecting(shot: Photographer) -> None:
    await shot.dictate()
    shot.server.refusal = 503
    await shot.server.drop()
    await shot.page.wait_for_timeout(1700)


async def blocked(shot: Photographer) -> None:
    await reconnecting(shot)
    while await shot.page.locator("html[data-state=reconnecting]").count():
        await shot.page.evaluate("() => document.getElementById('next-step').click()")
        await shot.page.wait_for_timeout(150)
    await shot.page.wait_for_timeout(600)


async def blocked_finished(shot: Photographer) -> None:
    await blocked(shot)
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(600)


async def restarted(shot: Photographer) -> None:
    await shot.dictate()
    shot.server.epoch = "second"
    await shot.server.drop()
    await shot.page.wait_for_timeout(1700)


async def forgotten(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.say(
        "ack", received_sequence_number=3, durable_sequence_number=2, queue_size=0
    )
    await shot.server.fail("SESSION_NOT_FOUND", 4404)
    await shot.page.wait_for_timeout(500)


async def unplugged(shot: Photographer) -> None:
    await shot.page.add_init_script(
        "const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia ="
        " async (wishes) => (window.heard = await open(wishes));"
    )
    await shot.dictate()
    await shot.page.evaluate("() => heard.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    await shot.page.wait_for_timeout(500)


async def limit_near(shot: Photographer) -> None:
    shot.server.limits["duration_limit"] = 280
    await shot.dictate()
    await shot.server.say("warning", code="DURATION_LIMIT_NEAR", details={"remaining_s": 240})
    await shot.page.wait_for_timeout(400)


async def asked_for_key(shot: Photographer) -> None:
    shot.server.asks_for_key = True
    await shot.open()


async def signed_out(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.fail("UNAUTHORIZED", 4401)
    await shot.page.wait_for_timeout(700)
    await shot.page.keyboard.press("Escape")
    await shot.page.wait_for_timeout(300)


async def finished(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.final("".join(SAID[shot.language][2:]) + ".", 8.5, 11)
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(300)
    await shot.server.complete()
    await shot.page.wait_for_timeout(300)


async def failed(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.fail("INTERNAL_ERROR", 4400)
    await shot.page.wait_for_timeout(500)


async def denied(shot: Photographer) -> None:
    await shot.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('', 'NotAllowedError'));"
    )
    await shot.open()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(400)


async def loading(shot: Photographer) -> None:
    progress = {"stage": "downloading", "bytes_done": 61_000_000, "bytes_total": 145_000_000}
    shot.server.status |= {"status": "loading", "engine": None, "progress": progress}
    await shot.open()


async def fallback(shot: Photographer) -> None:
    shot.server.status = ready(BUILT_IN | {"fallback_reason": "No model could be had."})
    await shot.open()


async def history_empty(shot: Photographer) -> None:
    await shot.open_history()


async def history_list(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()


async def history_found(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()
    await shot.page.fill(".search", "bell")
    await shot.page.wait_for_timeout(500)


async def history_open(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()
    await shot.page.click(".entry")
    await shot.page.wait_for_timeout(400)


async def history_rename(shot: Photographer) -> None:
    await history_open(shot)
    await shot.page.locator(".reader-actions button").nth(2).click()
    await shot.page.wait_for_timeout(200)


async def history_undo(shot: Photographer) -> None:
    await history_open(shot)
    await shot.page.click(".reader .danger")
    await shot.page.wait_for_timeout(400)


async def history_edit(shot: Photographer) -> None:
    await history_open(shot)
    await shot.page.locator(".reader-actions button").nth(1).click()
    await shot.page.wait_for_timeout(200)


async def history_moment(shot: Photographer) -> None:
    await history_open(shot)
    await shot.page.click("[data-word] >> nth=5")
    await shot.page.wait_for_timeout(200)


async def history_edited(shot: Photographer) -> None:
    await history_edit(shot)
    await shot.page.fill(".edit textarea", "The bell rang at ten.\n\nNobody knew why.")
    await shot.page.click(".edit .solid")
    await shot.page.wait_for_timeout(400)


async def history_select(shot: Photographer) -> None:
    await history_list(shot)
    await shot.page.click(".history-list .select")
    await shot.page.click(".entry >> nth=0")
    await shot.page.click(".entry >> nth=2")
    await shot.page.wait_for_timeout(200)


async def files_empty(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-files")
    await shot.page.wait_for_timeout(400)


async def files_busy(shot: Photographer) -> None:
    shot.server.files = files = ScriptedFiles()
    await files_empty(shot)
    for name in ("harbour-interview.m4a", "notes.txt", "lecture-on-tides.mp4", "letter.wav"):
        sent = {"name": name, "mimeType": "audio/wav", "buffer": b"0"}
        await shot.page.locator("#files input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    said = " ".join(SAID[shot.language][:2])
    files.events.put_nowait({"type": "transcript.text.done", "text": said, "transcript_id": "1"})
    error = {"code": "INVALID_FORMAT", "message": ""}
    files.events.put_nowait({"type": "error", "error": error})
    files.events.put_nowait({"type": "progress", "audio_s": 754.0, "duration_s": 2312.0})
    files.events.put_nowait({"type": "transcript.text.delta", "delta": said})
    await shot.page.wait_for_timeout(1500)


async def timestamps(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.final(SAID[shot.language][0], 75, 79)
    await shot.page.keyboard.press("t")
    await shot.page.wait_for_timeout(200)


async def elsewhere(shot: Photographer) -> None:
    await shot.dictate()
    other = shot.page
    shot.page = await other.context.new_page()
    await shot.open()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(400)


async def settings(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-settings")
    await shot.page.wait_for_timeout(300)


async def shortcuts(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-help")
    await shot.page.wait_for_timeout(300)


STATES: dict[str, State] = {
    state.__name__.replace("_", "-"): state
    for state in (
        idle, listening, late, paused, reconnecting, blocked, blocked_finished, restarted,
        forgotten, unplugged, limit_near, asked_for_key, signed_out, finished, failed,
        denied, loading, fallback,
        history_empty, history_list, history_found, history_open, history_rename, history_undo,
        history_edit, history_edited, history_moment, history_select, files_empty, files_busy,
        timestamps, elsewhere, settings, shortcuts,
    )
}  # fmt: skip
