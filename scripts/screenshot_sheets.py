"""The states of what opens over the page (history, files, dialogs), and how each is come to."""

from scripts.photographer import Photographer, State
from tests.e2e.page.scripted_files import ScriptedFiles

# --- history --------------------------------------------------------------------------------------


async def history_empty(shot: Photographer) -> None:
    await shot.open_history()


async def history_list(shot: Photographer) -> None:
    shot.fill_history()
    await shot.open_history()


async def history_found(shot: Photographer) -> None:
    await history_list(shot)
    await shot.page.fill(".search", shot.samples.query)
    await shot.page.wait_for_timeout(500)


async def history_not_found(shot: Photographer) -> None:
    await history_list(shot)
    await shot.page.fill(".search", shot.samples.nothing_found)
    await shot.page.wait_for_timeout(500)


async def history_failed(shot: Photographer) -> None:
    await shot.page.route("**/api/history?*", lambda route: route.abort())
    await shot.open_history()


async def history_open(shot: Photographer) -> None:
    await history_list(shot)
    await shot.page.click(".entry")
    await shot.page.wait_for_timeout(400)


async def history_open_found(shot: Photographer) -> None:
    await history_found(shot)
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
    await shot.page.fill(".edit textarea", shot.samples.edited)
    await shot.page.click(".edit .solid")
    await shot.page.wait_for_timeout(400)


async def history_unsaved(shot: Photographer) -> None:
    await history_edit(shot)
    await shot.page.fill(".edit textarea", shot.samples.edited)
    await shot.page.keyboard.press("Escape")
    if shot.look.is_phone:
        await shot.page.keyboard.press("Escape")
    await shot.page.evaluate("() => document.getElementById('history').close()")
    await shot.page.click("#open-history")
    await shot.page.click(".entry")
    await shot.page.wait_for_timeout(400)


async def history_select(shot: Photographer) -> None:
    await history_list(shot)
    await shot.page.click(".history-list .select")
    await shot.page.click(".entry >> nth=0")
    await shot.page.click(".entry >> nth=2")
    await shot.page.wait_for_timeout(200)


async def history_undo_several(shot: Photographer) -> None:
    await history_select(shot)
    await shot.page.click(".selection .danger")
    await shot.page.wait_for_timeout(400)


# --- files ----------------------------------------------------------------------------------------


async def files_empty(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-files")
    await shot.page.wait_for_timeout(400)


async def files_busy(shot: Photographer) -> None:
    shot.server.files = files = ScriptedFiles()
    await files_empty(shot)
    for name in shot.samples.files:
        sent = {"name": name, "mimeType": "audio/wav", "buffer": b"0"}
        await shot.page.locator("#files input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    said = " ".join(shot.samples.said[:2])
    files.events.put_nowait({"type": "transcript.text.done", "text": said, "transcript_id": "1"})
    error = {"code": "INVALID_FORMAT", "message": ""}
    files.events.put_nowait({"type": "error", "error": error})
    files.events.put_nowait({"type": "progress", "audio_s": 754.0, "duration_s": 2312.0})
    files.events.put_nowait({"type": "transcript.text.delta", "delta": said})
    await shot.page.wait_for_timeout(1500)


async def files_busy_below(shot: Photographer) -> None:
    await files_busy(shot)
    await shot.page.evaluate("() => document.getElementById('files').scrollBy(0, 5000)")
    await shot.page.wait_for_timeout(200)


async def files_one(shot: Photographer) -> ScriptedFiles:
    shot.server.files = files = ScriptedFiles()
    await files_empty(shot)
    sent = {"name": shot.samples.files[0], "mimeType": "audio/wav", "buffer": b"0"}
    await shot.page.locator("#files input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    await shot.page.wait_for_timeout(300)
    return files


async def files_too_long(shot: Photographer) -> None:
    files = await files_one(shot)
    said = " ".join(shot.samples.said[:2])
    files.events.put_nowait({"type": "transcript.text.delta", "delta": said})
    error = {"code": "RECORDING_TOO_LONG", "message": "", "details": {"transcript_id": "1"}}
    files.events.put_nowait({"type": "error", "error": error})
    await shot.page.wait_for_timeout(600)


async def files_told(shot: Photographer) -> None:
    files = await files_one(shot)
    await shot.page.keyboard.press("Escape")
    said = " ".join(shot.samples.said[:2])
    files.events.put_nowait({"type": "transcript.text.done", "text": said, "transcript_id": "1"})
    await shot.page.wait_for_timeout(600)


async def files_dragged(shot: Photographer) -> None:
    await shot.open()
    await shot.page.evaluate(
        "() => {"
        "  const dataTransfer = new DataTransfer();"
        "  dataTransfer.items.add(new File(['0'], 'letter.wav'));"
        "  dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }));"
        "}"
    )
    await shot.page.wait_for_timeout(200)


# --- dialogs --------------------------------------------------------------------------------------


async def settings(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-settings")
    await shot.page.wait_for_timeout(300)


async def settings_below(shot: Photographer) -> None:
    await settings(shot)
    await shot.page.fill("#settings textarea", shot.samples.hotwords)
    await shot.page.locator("#settings input").last.focus()
    await shot.page.keyboard.press("Space")
    await shot.page.wait_for_timeout(300)


async def shortcuts(shot: Photographer) -> None:
    await shot.open()
    await shot.page.click("#open-help")
    await shot.page.wait_for_timeout(300)


async def asked_for_key(shot: Photographer) -> None:
    shot.server.asks_for_key = True
    await shot.open()
    await shot.page.wait_for_selector("#sign-in[open]")


async def refused_key(shot: Photographer) -> None:
    await asked_for_key(shot)
    await shot.page.fill("#sign-in input", "wrong")
    await shot.page.keyboard.press("Enter")
    await shot.page.wait_for_timeout(400)


async def signed_in(shot: Photographer) -> None:
    await asked_for_key(shot)
    await shot.page.fill("#sign-in input", "vv_right")
    await shot.page.keyboard.press("Enter")
    await shot.page.wait_for_timeout(400)


SHEETS: tuple[State, ...] = (
    history_empty, history_list, history_found, history_not_found, history_failed, history_open,
    history_open_found, history_rename, history_undo, history_edit, history_edited,
    history_unsaved, history_moment, history_select, history_undo_several,
    files_empty, files_busy, files_busy_below, files_too_long, files_told,
    files_dragged,
    settings, settings_below, shortcuts, asked_for_key, refused_key, signed_in,
)  # fmt: skip
