"""The states of the page that make_screenshots.py photographs, and how each is come to."""

import json

from scripts.photographer import Photographer, State
from scripts.screenshot_sheets import SHEETS
from scripts.screenshot_troubles import TROUBLES
from tests.e2e.page.scripted_server import BUILT_IN, ready

# --- before the first word ------------------------------------------------------------------------


async def idle(shot: Photographer) -> None:
    await shot.open()


async def focused(shot: Photographer) -> None:
    await shot.open()
    await shot.page.focus("#open-history")
    await shot.page.keyboard.press("Tab")


async def skipping(shot: Photographer) -> None:
    await shot.open()
    await shot.page.keyboard.press("Tab")


async def loading(shot: Photographer) -> None:
    progress = {"stage": "downloading", "bytes_done": 61_000_000, "bytes_total": 145_000_000}
    shot.server.status |= {"status": "loading", "engine": None, "progress": progress}
    await shot.open()


async def loading_unmeasured(shot: Photographer) -> None:
    shot.server.status |= {"status": "loading", "engine": None}
    await shot.open()


async def fallback(shot: Photographer) -> None:
    shot.server.status = ready(BUILT_IN | {"fallback_reason": "No model could be had."})
    await shot.open()


async def opening(shot: Photographer) -> None:
    await shot.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
    )
    await shot.start(after_ms=500)


# --- while one speaks -----------------------------------------------------------------------------


async def connecting(shot: Photographer) -> None:
    shot.server.is_silent = True
    await shot.start(after_ms=1_200)


async def listening(shot: Photographer) -> None:
    await shot.dictate()


async def timestamps(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.final(shot.samples.said[0], 75, 79)
    await shot.page.keyboard.press("t")
    await shot.page.wait_for_timeout(200)


async def long(shot: Photographer) -> None:
    await shot.start()
    await shot.page.evaluate(
        "() => { const now = performance.now(); performance.now = () => now + 245_000; }"
    )
    for index, paragraph in enumerate(shot.samples.paragraphs * 3):
        await shot.server.final(paragraph, 20 * index, 20 * index + 14)
    await shot.server.partial("".join(shot.samples.said[2:]), shot.samples.said[2], 245)
    await shot.measure(290)


async def long_scrolled(shot: Photographer) -> None:
    await long(shot)
    await shot.page.evaluate("() => document.getElementById('scroller').scrollBy(0, -700)")
    await shot.page.wait_for_timeout(400)


async def large_text(shot: Photographer) -> None:
    chosen = json.dumps(json.dumps({"textSize": "large"}))
    await shot.page.add_init_script(f"localStorage.setItem('vivavoz', {chosen})")
    await shot.dictate()


async def zoomed(shot: Photographer) -> None:
    width, height = (320, 640) if shot.look.is_phone else (640, 400)
    await shot.page.set_viewport_size({"width": width, "height": height})
    await shot.dictate()


async def zoomed_idle(shot: Photographer) -> None:
    width, height = (320, 568) if shot.look.is_phone else (640, 400)
    await shot.page.set_viewport_size({"width": width, "height": height})
    await shot.open()


async def sideways(shot: Photographer) -> None:
    await shot.page.set_viewport_size({"width": 844, "height": 390})
    await shot.dictate()


async def limit_near(shot: Photographer) -> None:
    shot.server.limits["duration_limit"] = 280
    await shot.dictate()
    await shot.server.say("warning", code="DURATION_LIMIT_NEAR", details={"remaining_s": 240})
    await shot.page.wait_for_timeout(400)


async def paused(shot: Photographer) -> None:
    await shot.dictate()
    await shot.page.click("#record")
    await shot.page.wait_for_timeout(600)


# --- at the end -----------------------------------------------------------------------------------


async def finishing(shot: Photographer) -> None:
    await shot.dictate()
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(400)


async def finished(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.final("".join(shot.samples.said[2:]) + ".", 8.5, 11)
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(300)
    await shot.server.complete()
    await shot.page.wait_for_timeout(300)


async def finished_empty(shot: Photographer) -> None:
    await shot.start()
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(300)
    await shot.server.complete(saved=False)
    await shot.page.wait_for_timeout(300)


async def finished_unsaved(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.fail("STORAGE_FAILED")
    await shot.page.click("#finish")
    await shot.page.wait_for_timeout(300)
    await shot.server.complete(saved=False)
    await shot.page.wait_for_timeout(300)


async def finished_at_limit(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.complete("duration_limit")
    await shot.page.wait_for_timeout(300)


DICTATION: tuple[State, ...] = (
    idle, focused, skipping, loading, loading_unmeasured, fallback, opening, connecting, listening,
    timestamps, long, long_scrolled, large_text, zoomed, zoomed_idle, sideways, limit_near, paused,
    finishing, finished, finished_empty, finished_unsaved, finished_at_limit,
)  # fmt: skip

STATES: dict[str, State] = {
    state.__name__.replace("_", "-"): state for state in (*DICTATION, *TROUBLES, *SHEETS)
}
