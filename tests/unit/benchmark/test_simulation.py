"""A recording played in simulated real time, and the row of figures drawn from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faster_whisper import WhisperModel

from vivavoz.benchmark.recording import Recording, load_recordings
from vivavoz.benchmark.report import row_of, table
from vivavoz.benchmark.score import score
from vivavoz.benchmark.simulation import Playback, play
from vivavoz.engines.whisper import WhisperEngine
from vivavoz.errors import InvalidFormatError, NotFoundError
from vivavoz.recognition.engine import RecognitionOptions
from vivavoz.recognition.recognizer import RecognizerSettings
from vivavoz.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "fixture-model" / "samples"
RECORDING = Recording.load(SAMPLES / "en-2.wav")


@pytest.fixture(scope="module")
def playback(fixture_model: Path) -> Iterator[Playback]:
    model = WhisperModel(str(fixture_model), device="cpu", compute_type="int8", cpu_threads=1)
    engine = WhisperEngine(model, name="fixture", device="cpu")
    settings = RecognizerSettings.from_settings(Settings())
    yield play(engine, RecognitionOptions(language="en"), settings, RECORDING.audio)
    engine.close()


def test_what_is_shown_follows_the_audios_clock(playback: Playback) -> None:
    times = [view.time_s for view in playback.views]
    assert times == sorted(times)
    assert RECORDING.starts_s < times[0] < RECORDING.starts_s + 1.5
    assert times[-1] <= RECORDING.duration_s + playback.work_s
    assert playback.views[-1].words == tuple(
        word.text.strip(".,?").casefold() for word in RECORDING.words
    )


def test_all_that_was_spent_is_counted(playback: Playback) -> None:
    assert playback.partial_jobs > playback.final_jobs >= len(playback.finals) >= 1
    assert playback.encoded_s >= 3.5 * playback.partial_jobs + 10.0 * playback.final_jobs
    assert playback.decoded_tokens > len(RECORDING.words)
    assert playback.work_s > 0
    assert playback.endpoint_to_final_s
    endpoint_s = Settings().vad_endpoint_ms / 1000
    waits = zip(playback.speech_end_to_final_s, playback.endpoint_to_final_s, strict=True)
    assert all(
        0 < since_speech_s - since_s <= endpoint_s + 0.15 for since_speech_s, since_s in waits
    )
    assert not playback.lost


def test_a_row_sums_up(playback: Playback) -> None:
    scored = score(RECORDING.words, playback.views)
    row = row_of("balanced", [playback], [scored], [RECORDING.starts_s], 1, 100.0)
    assert row.wer == 0.0
    assert row.offline_wer == pytest.approx(100 / len(RECORDING.words))
    assert 0.0 < row.latency_p50_s <= row.latency_p95_s < 3.0
    assert row.cpu_s_per_s == pytest.approx(playback.work_s / RECORDING.duration_s)
    assert row.final_after_endpoint_p50_s < row.final_after_speech_p50_s < 3.0
    lines = table([row, row]).splitlines()
    assert lines[0] == "| | balanced | balanced |"
    assert all(line.count("|") == lines[0].count("|") for line in lines)


def test_recordings_are_found_by_name() -> None:
    assert [one.name for one in load_recordings(SAMPLES, "es-?")] == [
        "es-1",
        "es-2",
        "es-3",
        "es-5",
    ]
    with pytest.raises(NotFoundError, match="another folder"):
        load_recordings(SAMPLES, "fr-*")


def test_a_recording_without_its_words_is_refused(tmp_path: Path) -> None:
    wav = tmp_path / "alone.wav"
    wav.write_bytes((SAMPLES / "es-1.wav").read_bytes())
    wav.with_suffix(".json").write_text('{"language": "es", "words": []}')
    with pytest.raises(InvalidFormatError, match="alone"):
        Recording.load(wav)
