"""The states in which something is in the way of a dictation, and how each is come to."""

from scripts.photographer import Photographer, State


async def engine_failed(shot: Photographer) -> None:
    error = {"code": "MODEL_FAILED", "message": "The folder holds no model.bin."}
    shot.server.status |= {"status": "failed", "engine": None, "error": error}
    await shot.open()


async def away(shot: Photographer) -> None:
    await shot.page.route("**/api/streaming/status", lambda route: route.abort())
    await shot.open()
    await shot.page.wait_for_selector(".notice")


async def denied(shot: Photographer) -> None:
    await shot.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('', 'NotAllowedError'));"
    )
    await shot.start(after_ms=500)


async def missing(shot: Photographer) -> None:
    await shot.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('', 'NotFoundError'));"
    )
    await shot.start(after_ms=500)


async def full(shot: Photographer) -> None:
    await shot.start()
    await shot.server.fail("TOO_MANY_SESSIONS", 4429)
    await shot.page.wait_for_timeout(500)


async def silent(shot: Photographer) -> None:
    await shot.replace_microphone(gain=0)
    await shot.start(after_ms=5_000)


async def clipping(shot: Photographer) -> None:
    await shot.replace_microphone(gain=3)
    await shot.dictate()


async def late(shot: Photographer) -> None:
    await shot.dictate(latency_ms=4200)


async def elsewhere(shot: Photographer) -> None:
    await shot.dictate()
    other = shot.page
    shot.page = await other.context.new_page()
    await shot.start(after_ms=500)


async def taken(shot: Photographer) -> None:
    await elsewhere(shot)
    first = shot.page.context.pages[0]
    await shot.page.click(".notice .action")
    await shot.page.wait_for_timeout(300)
    await shot.server.complete()
    shot.page = first
    await shot.page.bring_to_front()
    await shot.page.wait_for_timeout(400)


async def reconnecting(shot: Photographer) -> None:
    await shot.dictate()
    shot.server.refusal = 503
    await shot.server.drop()
    await shot.page.wait_for_timeout(1700)


async def reconnected(shot: Photographer) -> None:
    await shot.dictate()
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


async def signed_out(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.fail("UNAUTHORIZED", 4401)
    await shot.page.wait_for_timeout(700)
    await shot.page.keyboard.press("Escape")
    await shot.page.wait_for_timeout(300)


async def failed(shot: Photographer) -> None:
    await shot.dictate()
    await shot.server.fail("INTERNAL_ERROR", 4400)
    await shot.page.wait_for_timeout(500)


TROUBLES: tuple[State, ...] = (
    engine_failed, away, denied, missing, full, silent, clipping, late, elsewhere, taken,
    reconnecting, reconnected, blocked, blocked_finished, restarted, forgotten, unplugged,
    signed_out, failed,
)  # fmt: skip
