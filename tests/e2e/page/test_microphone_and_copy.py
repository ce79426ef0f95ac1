"""What is heard, how loud it is shown, and the text taken elsewhere."""

from pathlib import Path

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.microphone import write_microphone
from tests.e2e.page.listening import listen
from tests.e2e.page.scripted_server import ScriptedServer

NOTE_WISHES = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.wishes = [];
  navigator.mediaDevices.getUserMedia = (wished) => (window.wishes.push(wished), open(wished));
}"""
HIGHEST_BAR = """() => {
  const canvas = document.getElementById("waveform");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const rows = Array.from({ length: height }, (_, y) =>
    data.subarray(4 * y * width, 4 * (y + 1) * width).some((value) => value > 0));
  return rows.filter(Boolean).length / height;
}"""


async def test_the_microphone_that_was_chosen_is_remembered_and_opened(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    choices = page.locator("#microphone option")
    await expect(choices).not_to_have_count(1)
    chosen = await choices.last.get_attribute("value")
    assert chosen
    await page.locator("#microphone").select_option(chosen)
    await page.reload()
    await expect(page.locator("#microphone")).to_have_value(chosen)
    await page.evaluate(NOTE_WISHES)
    await listen(page)
    [wished] = await page.evaluate("() => window.wishes")
    assert wished["audio"]["deviceId"] == {"exact": chosen}
    await expect(page.locator("#microphone")).to_be_disabled()


async def test_sound_raises_the_bars_of_the_level(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    page = await open_page(server.url)
    await listen(page)
    await page.wait_for_function(f"() => ({HIGHEST_BAR})() > 0.3")


async def test_silence_leaves_the_bars_of_the_level_low(
    server: ScriptedServer, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page(server.url, hears=write_microphone(tmp_path / "quiet.wav", 30.0))
    await listen(page)
    await page.wait_for_function("() => document.getElementById('clock').textContent >= '0:02'")
    assert await page.evaluate(HIGHEST_BAR) < 0.2


async def test_the_text_of_a_dictation_is_copied(
    server: ScriptedServer, open_page: OpenPage
) -> None:
    permissions = ["microphone", "clipboard-read", "clipboard-write"]
    page = await open_page(server.url, permissions=permissions)
    await listen(page)
    await expect(page.locator("#copy")).to_be_hidden()
    await server.final("One, two, three.", 0, 1)
    await server.final("Four.", 6, 7)
    await page.click("#copy")
    await expect(page.locator("#copy")).to_have_text("Copied")
    copied = await page.evaluate("() => navigator.clipboard.readText()")
    assert copied == "One, two, three.\n\nFour."
    await expect(page.locator("#copy")).to_have_text("Copy")
