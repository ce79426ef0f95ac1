"""How long the page takes to show a result."""

from collections.abc import Sequence

from playwright.async_api import Page

_MEDIANS = """async (sizes) => {
  const { Transcript } = await import("/static/transcript.js");
  const { TranscriptView } = await import("/static/transcript-view.js");
  const element = (id) => document.getElementById(id);
  const view = new TranscriptView({
    root: element("transcript"),
    scroller: element("scroller"),
    announcer: element("announcer"),
    onFollow: () => {},
  });
  const transcript = new Transcript();
  const result = (index, text) => ({
    result_id: `${index}`, text_content: text, stable_text: "and so",
    start_time: 4 * index, end_time: 4 * index + 3.9,
  });
  let index = 0;
  const medians = [];
  for (const size of sizes) {
    while (transcript.wordCount < size) {
      index += 1;
      view.append(transcript.confirm(result(index, "word by word it goes on and on")));
    }
    element("scroller").scrollHeight; // what was added is laid out before the clock runs
    const times = [];
    for (let update = 0; update < 60; update += 1) {
      const before = performance.now();
      if (update % 4) view.revise(transcript.revise(result(index + 1, "and so it goes")));
      else view.append(transcript.confirm(result(++index, "and so it goes on")));
      element("scroller").scrollHeight; // style and layout are part of the time
      times.push(performance.now() - before);
      await new Promise(requestAnimationFrame);
    }
    medians.push(times.sort((a, b) => a - b)[30]);
  }
  return medians;
}"""


async def median_update_ms(page: Page, words: Sequence[int]) -> list[float]:
    """Milliseconds until a partial or final is shown and laid out: the median of 60, three partials
    for each final, with so many words on the screen.

    Args:
        page: while it listens.
        words: how many, rising.
    """
    medians: list[float] = await page.evaluate(_MEDIANS, list(words))
    return medians
