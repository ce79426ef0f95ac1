"""Speech through the real voice detector, recogniser and Whisper, against what was said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from tests.integration.recognition_driver import Sample, recognise
from vivavoz.engines.whisper import WhisperEngine
from vivavoz.recognition.engine import RecognitionOptions
from vivavoz.recognition.recognizer import RecognizerSettings
from vivavoz.settings import Profile, Settings

SHORT = ["es-1", "es-2", "es-3", "es-5", "en-1", "en-2", "en-3", "en-5"]
LONG = ["es-60s", "en-60s"]

pytestmark = pytest.mark.xdist_group("recognition")  # one model for all


@pytest.fixture(scope="module")
def model(fixture_model: Path) -> WhisperModel:
    return WhisperModel(str(fixture_model), device="cpu", compute_type="int8", cpu_threads=1)


@pytest.fixture(scope="module")
def engine(model: WhisperModel) -> Iterator[WhisperEngine]:
    yield WhisperEngine(model, name="fixture", device="cpu")
    model.model.unload_model()


def settings_of(profile: Profile = Profile.BALANCED) -> RecognizerSettings:
    return RecognizerSettings.from_settings(Settings.model_validate({"profile": profile}))


def offline(model: WhisperModel, sample: Sample) -> str:
    segments, _ = model.transcribe(
        sample.audio, language=sample.language, condition_on_previous_text=False
    )
    return " ".join(segment.text.strip() for segment in segments)


@pytest.mark.parametrize("name", SHORT)
def test_finals_are_as_good_as_the_offline_pass(
    engine: WhisperEngine, model: WhisperModel, name: str
) -> None:
    sample = Sample.load(name)
    heard = recognise(
        engine, sample.audio, settings_of(), RecognitionOptions(language=sample.language)
    )
    assert sample.errors_in(heard.text) <= sample.errors_in(offline(model, sample))
    assert sample.word_error_rate(heard.text) <= 0.05


@pytest.mark.parametrize("name", LONG)
def test_a_minute_without_a_long_pause_loses_and_doubles_nothing(
    engine: WhisperEngine, model: WhisperModel, name: str
) -> None:
    sample = Sample.load(name)
    heard = recognise(
        engine, sample.audio, settings_of(), RecognitionOptions(language=sample.language)
    )
    assert sample.word_error_rate(heard.text) <= 0.01
    assert sample.errors_in(heard.text) <= sample.errors_in(offline(model, sample))
    assert max(final.end_s - final.start_s for final in heard.finals) <= 18.0
    assert len(heard.finals) >= 4


@pytest.mark.parametrize("name", LONG)
def test_speech_that_must_be_parted_between_words_loses_and_doubles_nothing(
    engine: WhisperEngine, name: str
) -> None:
    """No pause counts as one: every joint is between agreed words."""
    sample = Sample.load(name)
    settings = settings_of()
    settings = replace(
        settings,
        rules=replace(settings.rules, speculative_ms=20_000, endpoint_ms=20_000),
        max_utterance_s=12.0,
    )
    heard = recognise(engine, sample.audio, settings, RecognitionOptions(language=sample.language))
    assert sample.word_error_rate(heard.text) <= 0.02
    assert len(heard.finals) >= 5


@pytest.mark.parametrize("profile", list(Profile))
def test_every_profile_recognises(engine: WhisperEngine, profile: Profile) -> None:
    sample = Sample.load("en-5")
    heard = recognise(engine, sample.audio, settings_of(profile), RecognitionOptions(language="en"))
    assert sample.word_error_rate(heard.text) <= 0.03
    assert heard.partials


@pytest.mark.parametrize("block_ms", [20, 300, 1000])
def test_the_size_of_the_blocks_does_not_change_the_finals(
    engine: WhisperEngine, block_ms: int
) -> None:
    sample = Sample.load("es-3")
    heard = recognise(
        engine, sample.audio, settings_of(), RecognitionOptions(language="es"), block_ms=block_ms
    )
    assert sample.errors_in(heard.text) == 0


def test_words_are_where_they_were_said(engine: WhisperEngine) -> None:
    sample = Sample.load("en-5")
    heard = recognise(engine, sample.audio, settings_of(), RecognitionOptions(language="en"))
    ends = [word.end_s for final in heard.finals for word in final.words]
    assert len(ends) == len(sample.words)
    errors = np.abs(np.array(ends) - [word.end_s for word in sample.words])
    assert np.median(errors) < 0.05
    for final in heard.finals:
        assert final.start_s <= final.words[0].end_s <= final.end_s
        assert 0.8 < final.confidence <= 1.0


def test_partials_show_the_words_as_they_come_and_hardly_change(engine: WhisperEngine) -> None:
    sample = Sample.load("es-5")
    heard = recognise(engine, sample.audio, settings_of(), RecognitionOptions(language="es"))
    assert len(heard.partials) > 10
    assert all(partial.text.startswith(partial.stable_text) for partial in heard.partials)
    assert any(partial.stable_text for partial in heard.partials)
    assert heard.partials[0].end_sample < 2.5 * 16_000


@pytest.mark.parametrize("name", ["es-1", "es-5", "en-1", "en-5"])
def test_the_language_is_detected(engine: WhisperEngine, name: str) -> None:
    sample = Sample.load(name)
    heard = recognise(engine, sample.audio, settings_of(), RecognitionOptions())
    assert heard.language is not None
    assert heard.language[0] == sample.language
    assert heard.language[1] > 0.9
    assert {final.language for final in heard.finals} == {sample.language}
    assert sample.word_error_rate(heard.text) <= 0.05


def test_a_change_of_language_is_followed_when_asked(engine: WhisperEngine) -> None:
    spanish, english = Sample.load("es-2"), Sample.load("en-2")
    audio = np.concatenate([spanish.audio, np.zeros(16_000, np.float32), english.audio])
    settings = replace(settings_of(), redetect_language=True)
    heard = recognise(engine, audio, settings, RecognitionOptions())
    assert heard.finals[0].language == "es"
    assert heard.finals[-1].language == "en"
    text = " ".join(final.text for final in heard.finals if final.language == "en")
    assert english.word_error_rate(text) <= 0.1


def test_a_second_model_may_decode_the_partials(model: WhisperModel, fixture_model: Path) -> None:
    partial_model = WhisperModel(str(fixture_model), device="cpu", compute_type="int8")
    partial_calls = 0
    encode = partial_model.encode

    def counting(features: np.ndarray) -> object:
        nonlocal partial_calls
        partial_calls += 1
        return encode(features)

    partial_model.encode = counting
    engine = WhisperEngine(model, name="fixture", device="cpu", partial_model=partial_model)
    sample = Sample.load("en-2")
    heard = recognise(engine, sample.audio, settings_of(), RecognitionOptions(language="en"))
    assert sample.errors_in(heard.text) == 0
    assert partial_calls >= len(heard.partials) - len(heard.finals) > 0
