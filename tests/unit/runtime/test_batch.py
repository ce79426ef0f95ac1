"""A whole recording through the recogniser: the real engines, and engines that fail."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jiwer import wer

from tests.live.engines import CountingEngine, CountingStream
from vivavoz.audio.file import open_audio_file
from vivavoz.engines.registry import load_engine
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeRequest,
    DecodeResult,
    Engine,
    EngineCapabilities,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.outputs import Final, Lost
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.transcript import Hypothesis, Word
from vivavoz.runtime.batch import transcribe
from vivavoz.settings import EngineChoice, Settings

SETTINGS = RecognizerSettings.from_settings(Settings())
OPTIONS = RecognitionOptions()
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def whisper(fixture_model: Path) -> Iterator[Engine]:
    settings = Settings(engine=EngineChoice.WHISPER, model=str(fixture_model), worker_threads=2)
    engine = load_engine(settings, lambda progress: None).engine
    yield engine
    engine.close()


def finals_of(recording: Path, engine: Engine) -> list[Final]:
    with open_audio_file(recording) as audio:
        outputs = list(transcribe(audio.blocks, engine, OPTIONS, SETTINGS))
    assert all(isinstance(output, Final) for output in outputs)
    return [output for output in outputs if isinstance(output, Final)]


@pytest.mark.parametrize("name", ["es-1", "es-3", "en-1", "en-2"])
def test_speech_becomes_finals_with_word_times(
    whisper: Engine, fixture_model: Path, name: str
) -> None:
    recording = fixture_model.parent / "samples" / f"{name}.wav"
    truth = json.loads(recording.with_suffix(".json").read_text())
    finals = finals_of(recording, whisper)
    assert wer(truth["text"], " ".join(final.text for final in finals)) < 0.1
    assert {final.language for final in finals} == {truth["language"]}
    starts = [word.start_s for final in finals for word in final.words]
    assert starts == sorted(starts)
    assert starts[-1] < truth["duration"]


def test_finals_come_while_the_recording_is_still_read(
    whisper: Engine, fixture_model: Path
) -> None:
    read_s = 0.0

    def noted(blocks: Iterator[Pcm]) -> Iterator[Pcm]:
        nonlocal read_s
        for samples in blocks:
            read_s += len(samples) / SAMPLE_RATE_HZ
            yield samples

    with open_audio_file(fixture_model.parent / "samples" / "en-2.wav") as audio:
        first = next(iter(transcribe(noted(audio.blocks), whisper, OPTIONS, SETTINGS)))
    assert isinstance(first, Final)
    assert read_s < first.end_s + 2.0


def test_progress_ends_at_the_recordings_length(whisper: Engine) -> None:
    told: list[float] = []
    blocks = [np.zeros(SAMPLE_RATE_HZ // 2, np.float32)] * 4
    finals = list(transcribe(blocks, whisper, OPTIONS, SETTINGS, on_progress=told.append))
    assert finals == []
    assert told == [0.5, 1.0, 1.5, 2.0]


class FailingEngine:
    """A window engine whose every decode raises."""

    decodes = 0
    capabilities = EngineCapabilities(
        name="failing",
        model="none",
        device="cpu",
        languages=frozenset({"en"}),
        detects_language=False,
        takes_prompts=False,
    )

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        self.decodes += 1
        assert all(request.purpose == "final" for request in requests)
        raise RuntimeError("broken")

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        return "en", 1.0

    def warm_up(self) -> None:
        """Nothing to warm."""

    def close(self) -> None:
        """Nothing to free."""


def test_speech_that_cannot_be_decoded_is_declared_lost(fixture_model: Path) -> None:
    engine = FailingEngine()
    with open_audio_file(fixture_model.parent / "samples" / "en-1.wav") as audio:
        outputs = list(transcribe(audio.blocks, engine, OPTIONS, SETTINGS))
    assert len(outputs) == 1
    assert isinstance(outputs[0], Lost)
    assert outputs[0].end_s - outputs[0].start_s > 3.0
    assert engine.decodes == 2


def test_several_workers_give_the_same_text_in_the_same_order(
    whisper: Engine, fixture_model: Path
) -> None:
    def text(workers: int) -> list[str]:
        sample = fixture_model.parent / "samples" / "en-60s.wav"
        with open_audio_file(sample) as audio:
            said = transcribe(audio.blocks, whisper, OPTIONS, SETTINGS, workers=workers)
            return [output.text for output in said if isinstance(output, Final)]

    one_by_one = text(1)
    assert len(one_by_one) > 3
    assert text(4) == one_by_one


class PairingEngine(FailingEngine):
    """Its first decode once the language is known ends after another has begun beside it, and no
    decode up to there ends before the reader had the time to go on."""

    def __init__(self, *, knows_language: bool) -> None:
        self.begun = self.ended = 0
        self.allowed = 2 if knows_language else 1
        self.has_pair = threading.Event()
        self.reader_went_on = threading.Event()
        self._counting = threading.Lock()
        if not knows_language:
            languages = frozenset({"en", "es"})
            self.capabilities = replace(
                self.capabilities, languages=languages, detects_language=True
            )

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        with self._counting:
            self.begun += 1
            if self.begun - self.ended == 2:
                self.has_pair.set()
        if self.allowed == 2:
            assert self.has_pair.wait(PATIENCE_S)
        if self.begun <= 3:
            self.reader_went_on.wait(0.2)
        with self._counting:
            self.ended += 1
            self.allowed = 2
        words = (Word(" word", 0.0, 0.5, 0.9),)
        return [DecodeResult(Hypothesis(words, "en", 0.9)) for _ in requests]

    def watched(self, blocks: Iterable[Pcm]) -> Iterator[Pcm]:
        """Note when more is read although as many decodes run as may."""
        for samples in blocks:
            with self._counting:
                if self.begun - self.ended >= self.allowed:
                    self.reader_went_on.set()
            yield samples


@pytest.mark.parametrize("knows_language", [True, False])
def test_reading_waits_only_for_the_language_and_for_a_free_worker(
    fixture_model: Path, knows_language: bool
) -> None:
    engine = PairingEngine(knows_language=knows_language)
    with open_audio_file(fixture_model.parent / "samples" / "en-60s.wav") as audio:
        blocks = engine.watched(audio.blocks)
        outputs = list(transcribe(blocks, engine, OPTIONS, SETTINGS, workers=2))
    assert len(outputs) > 3
    assert all(isinstance(output, Final) for output in outputs)
    assert not engine.reader_went_on.is_set()


class ExitingEngine(FailingEngine):
    """A window engine that wants to end the program."""

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        raise SystemExit


def test_an_exit_within_a_decode_ends_the_whole(fixture_model: Path) -> None:
    sample = fixture_model.parent / "samples" / "en-1.wav"
    with open_audio_file(sample) as audio, pytest.raises(SystemExit):
        list(transcribe(audio.blocks, ExitingEngine(), OPTIONS, SETTINGS))


class DeafEngine(CountingEngine):
    """A stream engine whose every stream fails at once."""

    def open_stream(self, options: RecognitionOptions) -> CountingStream:
        raise RuntimeError("deaf")


def test_speech_that_a_stream_cannot_hear_is_declared_lost(fixture_model: Path) -> None:
    with open_audio_file(fixture_model.parent / "samples" / "en-1.wav") as audio:
        outputs = list(transcribe(audio.blocks, DeafEngine(), OPTIONS, SETTINGS))
    assert outputs
    assert all(isinstance(output, Lost) for output in outputs)


def test_an_engines_stream_is_fed_by_the_reader(fixture_model: Path) -> None:
    engine = CountingEngine()
    (final,) = finals_of(fixture_model.parent / "samples" / "en-1.wav", engine)
    assert final.text.startswith("word1 word2")
    assert engine.open_streams == 0


def test_a_recording_that_cannot_be_read_on_leaves_nothing_open(fixture_model: Path) -> None:
    engine = CountingEngine()

    def broken(blocks: Iterable[Pcm]) -> Iterator[Pcm]:
        for samples in blocks:
            if engine.open_streams:
                raise OSError("torn")
            yield samples

    with (
        open_audio_file(fixture_model.parent / "samples" / "en-1.wav") as audio,
        pytest.raises(OSError, match="torn"),
    ):
        list(transcribe(broken(audio.blocks), engine, OPTIONS, SETTINGS))
    assert engine.open_streams == 0
