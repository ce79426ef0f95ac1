"""When the sound of a chunk comes out, and when the chunk is complete."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.audio.decoding import CUTS, Listener, decode, joined, split
from tests.unit.audio.recordings import BrowserRecording, Recording
from vivavoz.audio.pcm import SAMPLE_RATE_HZ
from vivavoz.errors import InvalidFormatError


@settings(max_examples=8)
@given(CUTS, st.integers(1, 1000))
def test_no_chunk_is_complete_before_all_its_audio_is_out(
    recording: Recording, cuts: list[float], first: int
) -> None:
    chunks = split(recording.data, cuts)
    blocks = decode(recording.mime_type, chunks, first)
    out_samples = 0
    complete = first - 1
    for block in blocks:
        out_samples += len(block.samples)
        assert block.complete_sequence_number >= complete
        if block.complete_sequence_number > complete:
            complete = block.complete_sequence_number
            known = chunks[: complete - first + 1]
            assert out_samples >= audio_in(recording.mime_type, known)
    assert complete == first + len(chunks) - 1


def audio_in(mime_type: str, chunks: list[bytes]) -> int:
    """Samples that could ever come from these chunks alone."""
    try:
        return len(joined(decode(mime_type, chunks)))
    except InvalidFormatError:
        return 0


def test_a_browsers_audio_comes_out_as_soon_as_its_chunk_is_there(
    browser_recording: BrowserRecording,
) -> None:
    mime_type, chunks = browser_recording.mime_type, browser_recording.chunks
    listener = Listener(mime_type)
    for number, chunk in enumerate(chunks, 1):
        listener.decoder.feed(chunk, number)
        there = audio_in(mime_type, chunks[:number])
        in_resampler = SAMPLE_RATE_HZ // 500
        assert listener.hears(there - in_resampler, number - 1)
        assert listener.takes_all()
        assert listener.complete_sequence_number < number
    listener.decoder.end()
    listener.finish()
    assert listener.error is None
    assert listener.complete_sequence_number == len(chunks)
    assert listener.out_samples == len(joined(decode(mime_type, chunks)))


def test_raw_pcm_at_16_khz_is_complete_at_once() -> None:
    listener = Listener("audio/pcm;rate=16000;channels=1")
    for number, (size, samples, complete) in enumerate(
        [(640, 320, 7), (641, 640, 7), (1, 641, 9)], start=7
    ):
        listener.decoder.feed(bytes(size), number)
        assert listener.hears(samples, complete)
        assert (listener.out_samples, listener.complete_sequence_number) == (samples, complete)
    listener.decoder.abort()
    listener.finish()


def test_audio_comes_in_stretches_of_half_a_second_while_there_is_more(
    recording: Recording,
) -> None:
    blocks = decode(recording.mime_type, split(recording.data, [n / 20 for n in range(20)]))
    lengths = [len(block.samples) for block in blocks if len(block.samples)]
    assert len(lengths) <= 4
    kept_by_filter = SAMPLE_RATE_HZ // 100
    assert all(length >= SAMPLE_RATE_HZ // 2 - kept_by_filter for length in lengths[:-2])
