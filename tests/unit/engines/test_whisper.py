"""The Whisper engine on the fixture model, against faster-whisper itself."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from tests.integration.recognition_driver import Sample
from vivavoz.engines.whisper import WhisperEngine
from vivavoz.errors import LanguageNotSupportedError
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    AudioSource,
    DecodeRequest,
    Pcm,
    RecognitionOptions,
)
from vivavoz.recognition.guards import doubt_of
from vivavoz.recognition.transcript import Word

SPANISH = Sample.load("es-3")
ENGLISH = Sample.load("en-5")


@pytest.fixture(scope="module")
def model(fixture_model: Path) -> Iterator[WhisperModel]:
    loaded = WhisperModel(str(fixture_model), device="cpu", compute_type="int8", cpu_threads=1)
    yield loaded
    loaded.model.unload_model()


@pytest.fixture(scope="module")
def engine(model: WhisperModel) -> WhisperEngine:
    return WhisperEngine(model, name="fixture", device="cpu")


def partial(audio: Pcm, language: str | None = "es") -> DecodeRequest:
    return DecodeRequest("partial", audio, RecognitionOptions(language), margin_s=2.5, floor_s=3.5)


def final(audio: Pcm, language: str | None = "es") -> DecodeRequest:
    return DecodeRequest("final", audio, RecognitionOptions(language), beam_size=5)


def cut(sample: Sample, end_s: float, start_s: float = 0.0) -> Pcm:
    return sample.audio[round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]


# --- finals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["es-1", "es-3", "en-1", "en-5"])
def test_a_final_at_full_context_is_what_transcribe_gives(
    engine: WhisperEngine, model: WhisperModel, name: str
) -> None:
    sample = Sample.load(name)
    request = replace(final(sample.audio, sample.language), full_context=True)
    [result] = engine.decode([request])
    segments, _ = model.transcribe(
        sample.audio,
        language=sample.language,
        word_timestamps=True,
        condition_on_previous_text=False,
    )
    words = [word for segment in segments for word in segment.words or ()]
    assert [word.text for word in result.hypothesis.words] == [word.word for word in words]
    assert [word.end_s for word in result.hypothesis.words] == pytest.approx(
        [word.end for word in words], abs=0.03
    )
    assert [word.probability for word in result.hypothesis.words] == pytest.approx(
        [word.probability for word in words], abs=0.02
    )
    assert result.encoded_s == 30.0


def test_a_final_in_a_cut_window_says_the_same(engine: WhisperEngine) -> None:
    whole, window = engine.decode(
        [replace(final(SPANISH.audio), full_context=True), final(SPANISH.audio)]
    )
    assert window.hypothesis.text == whole.hypothesis.text
    assert window.encoded_s == pytest.approx(SPANISH.audio.size / SAMPLE_RATE_HZ + 2.5, abs=0.05)
    [short] = engine.decode([final(cut(SPANISH, 3.0))])
    assert short.encoded_s == 10.0


def test_a_final_of_more_than_the_models_window_is_whole(engine: WhisperEngine) -> None:
    sample = Sample.load("en-60s")
    [result] = engine.decode([final(cut(sample, 40.0), "en")])
    assert result.hypothesis.words[-1].end_s > 37.0


def test_silence_has_no_words(engine: WhisperEngine) -> None:
    silence = np.zeros(3 * SAMPLE_RATE_HZ, np.float32)
    for request in (final(silence), final(silence, None)):
        [result] = engine.decode([request])
        assert result.hypothesis.words == ()


def test_a_final_with_speech_in_one_of_its_windows_is_not_taken_for_silence(
    model: WhisperModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One window unsure of its words, another unsure that anybody speaks: both have passed."""
    heard: list[Segment] = []
    generate = model.generate_segments

    def hard_to_hear(*arguments: object) -> Iterator[Segment]:
        [segment] = list(generate(*arguments))[:1]
        heard.append(replace(segment, avg_logprob=-1.1, no_speech_prob=0.1))
        heard.append(replace(segment, avg_logprob=-0.5, no_speech_prob=0.7))
        yield from heard

    monkeypatch.setattr(model, "generate_segments", hard_to_hear)
    request = final(cut(SPANISH, 4.0))
    [result] = WhisperEngine(model, name="fixture", device="cpu").decode([request])
    assert len(heard) == 2
    assert len(result.hypothesis.words) > 5
    assert result.average_log_probability == -1.1
    assert doubt_of(request, result) is None


# --- partials -------------------------------------------------------------------------------------


def test_a_partial_hears_what_was_said_so_far(engine: WhisperEngine) -> None:
    end_s = SPANISH.words[9].end_s + 0.1
    [result] = engine.decode([partial(cut(SPANISH, end_s))])
    spoken = [word.text.strip(".,¿?").casefold() for word in SPANISH.words[:10]]
    heard = [word.text.strip(" .,¿?").casefold() for word in result.hypothesis.words]
    assert heard[:9] == spoken[:9]
    assert result.hypothesis.words[-1].end_s <= end_s + 0.1
    assert 0 < result.decoded_tokens < 40
    assert result.encoded_s == pytest.approx(end_s + 2.5, abs=0.05)


def test_a_partial_hears_no_more_than_the_models_window(engine: WhisperEngine) -> None:
    sample = Sample.load("en-60s")
    [result] = engine.decode([partial(cut(sample, 40.0), "en")])
    assert result.encoded_s == 30.0
    assert all(word.end_s <= 30.0 for word in result.hypothesis.words)


def test_a_forced_prefix_is_kept_and_costs_no_tokens(engine: WhisperEngine) -> None:
    audio = cut(SPANISH, SPANISH.words[11].end_s + 0.1)
    [free] = engine.decode([partial(audio)])
    prefix = free.hypothesis.words[:8]
    [forced] = engine.decode([replace(partial(audio), prefix=prefix)])
    assert forced.hypothesis.text == free.hypothesis.text
    assert forced.decoded_tokens < free.decoded_tokens - 8
    other = (Word(" Mañana", 0.0, 0.5, 1.0),)
    [misled] = engine.decode([replace(partial(audio), prefix=other)])
    assert misled.hypothesis.text.startswith("Mañana")


def test_a_partial_that_reaches_its_token_limit_says_so(engine: WhisperEngine) -> None:
    request = partial(cut(SPANISH, 6.0))
    [result] = engine.decode([replace(request, max_new_tokens=4)])
    assert result.truncated
    assert result.decoded_tokens <= 4
    [whole] = engine.decode([request])
    assert not whole.truncated


@pytest.mark.parametrize("samples", [0, 1, 159, 160, 1599])
def test_next_to_no_audio_is_no_trouble(engine: WhisperEngine, samples: int) -> None:
    audio = np.zeros(samples, np.float32)
    for request in (partial(audio), final(audio)):
        [result] = engine.decode([request])
        assert result.hypothesis.words == ()


def test_words_without_alignment_are_spread_over_the_audio(engine: WhisperEngine) -> None:
    request = partial(cut(SPANISH, 4.0))
    [aligned] = engine.decode([request])
    [spread] = engine.decode([replace(request, word_times=False)])
    assert spread.hypothesis.text == aligned.hypothesis.text
    starts = [word.start_s for word in spread.hypothesis.words]
    assert starts[0] == 0.0
    assert starts == sorted(starts)
    assert 3.5 < spread.hypothesis.words[-1].end_s <= 4.0


@pytest.mark.parametrize("forced", [0, 4])
def test_words_without_alignment_are_as_probable_as_aligned_ones(
    engine: WhisperEngine, forced: int
) -> None:
    for end_s in (1.3, 2.4, 4.1, 5.2):
        request = partial(cut(SPANISH, end_s))
        [free] = engine.decode([request])
        request = replace(request, prefix=free.hypothesis.words[:forced])
        [aligned] = engine.decode([request])
        [spread] = engine.decode([replace(request, word_times=False)])
        assert spread.hypothesis.text == aligned.hypothesis.text
        probabilities = [word.probability for word in spread.hypothesis.words]
        expected = [word.probability for word in aligned.hypothesis.words]
        assert probabilities == pytest.approx(expected, abs=0.15)  # int8 in one pass or many


def test_a_batch_without_alignment_gives_what_single_decodes_give(engine: WhisperEngine) -> None:
    requests = [
        replace(partial(cut(SPANISH, end_s)), word_times=False) for end_s in (2.0, 6.0, 4.0)
    ]
    for request, together in zip(requests, engine.decode(requests), strict=True):
        [alone] = engine.decode([request])
        assert together.hypothesis.text == alone.hypothesis.text
        probabilities = [word.probability for word in together.hypothesis.words]
        expected = [word.probability for word in alone.hypothesis.words]
        assert probabilities == pytest.approx(expected, abs=0.15)


def test_a_batch_gives_what_single_decodes_give(engine: WhisperEngine) -> None:
    requests = [
        partial(cut(SPANISH, 3.0)),
        partial(cut(ENGLISH, 5.0), "en"),
        partial(cut(SPANISH, 5.0)),
        partial(cut(SPANISH, 4.0), None),
        replace(partial(cut(SPANISH, 6.0)), options=RecognitionOptions("es", initial_prompt="hoy")),
    ]
    batched = engine.decode(requests)
    for request, together in zip(requests, batched, strict=True):
        [alone] = engine.decode([request])
        assert together.hypothesis.text == alone.hypothesis.text
        assert together.hypothesis.language == alone.hypothesis.language
        ends = [word.end_s for word in together.hypothesis.words]
        assert ends == pytest.approx([word.end_s for word in alone.hypothesis.words], abs=0.1)


# --- sources and threads --------------------------------------------------------------------------


def test_requests_of_one_source_give_what_they_give_alone(engine: WhisperEngine) -> None:
    source = AudioSource()
    for end_s in (1.0, 3.5, 2.0, 7.0):
        request = partial(cut(SPANISH, end_s))
        [shared] = engine.decode([replace(request, source=source)])
        [alone] = engine.decode([request])
        assert shared.hypothesis == alone.hypothesis


def test_what_is_kept_for_a_source_is_freed_with_it(engine: WhisperEngine) -> None:
    spectra = engine._partials._spectra._spectra
    source = AudioSource()
    engine.decode([replace(partial(cut(SPANISH, 2.0)), source=source)])
    assert source in spectra
    held = len(spectra)
    del source
    gc.collect()
    assert len(spectra) == held - 1


def test_threads_do_not_disturb_each_other(engine: WhisperEngine) -> None:
    source = AudioSource()
    requests = [
        replace(partial(cut(SPANISH, 2.0 + 0.5 * index)), source=source) for index in range(8)
    ] + [final(ENGLISH.audio, "en"), final(SPANISH.audio)]
    alone = [engine.decode([request])[0].hypothesis for request in requests]
    with ThreadPoolExecutor(4) as pool:
        together = [
            result[0].hypothesis for result in pool.map(lambda r: engine.decode([r]), requests)
        ]
    assert together == alone


# --- language, prompts ----------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "language"), [(SPANISH, "es"), (ENGLISH, "en")])
def test_the_language_is_detected(engine: WhisperEngine, sample: Sample, language: str) -> None:
    for request in (partial(cut(sample, 5.0), None), final(sample.audio, None)):
        [result] = engine.decode([request])
        assert result.hypothesis.language == language
        assert 0.9 < result.hypothesis.language_probability <= 1.0
    detected, probability = engine.detect_language(sample.audio)
    assert detected == language
    assert probability > 0.9


def test_a_multilingual_model_knows_whispers_languages(engine: WhisperEngine) -> None:
    assert {"es", "en", "fr", "zh"} <= engine.capabilities.languages
    assert engine.capabilities.detects_language
    assert engine.capabilities.takes_prompts


def test_an_unknown_language_is_refused_with_the_remedy(engine: WhisperEngine) -> None:
    with pytest.raises(LanguageNotSupportedError, match=r"'xx'.*detected") as caught:
        engine.decode([partial(cut(SPANISH, 1.0), "xx")])
    assert caught.value.details["language"] == "xx"


def test_prompts_of_any_length_leave_room_for_text(engine: WhisperEngine) -> None:
    options = RecognitionOptions("es", initial_prompt="uno dos " * 125, hotwords="mil " * 250)
    for request in (partial(cut(SPANISH, 3.0)), final(cut(SPANISH, 3.0))):
        [result] = engine.decode([replace(request, options=options)])
        assert not result.truncated
    text = engine._partials._text
    assert len(text.partial_prompt(options, text.tokenizer("es"))) <= 224 + 4


def test_an_initial_prompt_reaches_the_model(engine: WhisperEngine, model: WhisperModel) -> None:
    audio = cut(ENGLISH, 4.0)
    options = RecognitionOptions("en", initial_prompt="Hello, good morning.", hotwords="coffee")
    [result] = engine.decode([replace(final(audio, "en"), options=options, full_context=True)])
    segments, _ = model.transcribe(
        audio,
        language="en",
        initial_prompt="Hello, good morning.",
        hotwords="coffee",
        word_timestamps=True,
        condition_on_previous_text=False,
    )
    segments = list(segments)
    assert result.hypothesis.text == "".join(segment.text for segment in segments).strip()
    assert result.average_log_probability == pytest.approx(segments[0].avg_logprob, abs=0.01)


def test_warming_up_and_closing(fixture_model: Path) -> None:
    loaded = WhisperModel(str(fixture_model), device="cpu", compute_type="int8", cpu_threads=1)
    engine = WhisperEngine(loaded, name="fixture", device="cpu")
    engine.warm_up()
    engine.close()
    engine.close()
    assert not loaded.model.model_is_loaded
