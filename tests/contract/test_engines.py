"""What every engine keeps to, whichever of the two kinds it is."""

import json
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest

from vivavoz.engines.registry import load_engine
from vivavoz.errors import LanguageNotSupportedError
from vivavoz.recognition.engine import (
    SAMPLE_RATE_HZ,
    DecodeRequest,
    Engine,
    Pcm,
    RecognitionOptions,
    StreamEngine,
    WindowEngine,
)
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.settings import Settings

PUSH_SAMPLES = 4800

pytestmark = pytest.mark.xdist_group("engines")  # each is loaded once


@dataclass(frozen=True)
class Utterance:
    """Speech that an engine understands, and how wrong it may be about it."""

    name: str
    audio: Pcm
    language: str
    text: str
    max_wer: float

    @property
    def duration_s(self) -> float:
        """Length of the audio."""
        return len(self.audio) / SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Candidate:
    """An engine under test and utterances for it."""

    engine: Engine
    utterances: list[Utterance]

    @cached_property
    def heard(self) -> list[Hypothesis]:
        """Of each utterance, its language being known."""
        return [self.transcribe(said.audio, said.language) for said in self.utterances]

    def transcribe(self, audio: Pcm, language: str | None) -> Hypothesis:
        """The final hypothesis of an utterance, by whichever side of the protocol it has."""
        options = RecognitionOptions(language=language)
        if isinstance(self.engine, WindowEngine):
            request = DecodeRequest("final", audio, options, beam_size=5, full_context=True)
            [result] = self.engine.decode([request])
            return result.hypothesis
        assert isinstance(self.engine, StreamEngine)
        stream = self.engine.open_stream(options)
        try:
            for start in range(0, len(audio), PUSH_SAMPLES):
                stream.push(audio[start : start + PUSH_SAMPLES])
            return stream.finish()
        finally:
            stream.close()


def read_wav(path: Path) -> Pcm:
    with wave.open(str(path), "rb") as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), np.int16)
    return samples.astype(np.float32) / np.float32(32768)


def pocketsphinx_candidate(request: pytest.FixtureRequest) -> Candidate:
    recordings: dict[str, Any] = request.getfixturevalue("human_recordings")
    return Candidate(
        load_engine(Settings(engine="pocketsphinx"), lambda _: None).engine,
        [
            Utterance(name, read_wav(recordings[name].path), "en", recordings[name].transcript, 0.5)
            for name in ("goforward", "cards-005", "librivox-0930")
        ],
    )


def whisper_candidate(request: pytest.FixtureRequest) -> Candidate:
    model: Path = request.getfixturevalue("fixture_model")
    samples = model.parent / "samples"
    return Candidate(
        load_engine(
            Settings(engine="whisper", model=str(model), worker_threads=2), lambda _: None
        ).engine,
        [
            Utterance(
                name,
                read_wav(samples / f"{name}.wav"),
                name[:2],
                json.loads((samples / f"{name}.json").read_text())["text"],
                0.1,
            )
            for name in ("en-1", "es-1", "es-2")
        ],
    )


@pytest.fixture(scope="module", params=[pocketsphinx_candidate, whisper_candidate])
def candidate(request: pytest.FixtureRequest) -> Iterator[Candidate]:
    """Each engine in turn, loaded once, with utterances in its languages."""
    make: Callable[[pytest.FixtureRequest], Candidate] = request.param
    candidate = make(request)
    yield candidate
    candidate.engine.close()


def plain(text: str) -> str:
    """Lower-case words without punctuation."""
    return "".join(c for c in text.lower() if c.isalnum() or c.isspace())


def test_it_is_of_one_kind(candidate: Candidate) -> None:
    assert isinstance(candidate.engine, StreamEngine) is not isinstance(
        candidate.engine, WindowEngine
    )


def test_its_facts_are_facts(candidate: Candidate) -> None:
    capabilities = candidate.engine.capabilities
    assert capabilities.name
    assert capabilities.model
    assert capabilities.device in ("cpu", "cuda")
    assert capabilities.batch_size >= 1
    assert {utterance.language for utterance in candidate.utterances} <= capabilities.languages
    assert all(len(language) in (2, 3) for language in capabilities.languages)


def test_it_warms_up_and_may_do_so_again(candidate: Candidate) -> None:
    candidate.engine.warm_up()
    candidate.engine.warm_up()


def test_it_understands_its_languages(candidate: Candidate) -> None:
    for utterance, hypothesis in zip(candidate.utterances, candidate.heard, strict=True):
        assert hypothesis.language == utterance.language
        assert jiwer.wer(plain(utterance.text), plain(hypothesis.text)) <= utterance.max_wer, (
            utterance.name
        )


def test_without_a_language_it_finds_or_assumes_one(candidate: Candidate) -> None:
    for utterance in candidate.utterances:
        hypothesis = candidate.transcribe(utterance.audio, None)
        assert hypothesis.language == utterance.language
        assert 0 < hypothesis.language_probability <= 1


def test_times_lie_in_the_audio_and_never_go_back(candidate: Candidate) -> None:
    for utterance, hypothesis in zip(candidate.utterances, candidate.heard, strict=True):
        words = hypothesis.words
        assert words
        times = [time for word in words for time in (word.start_s, word.end_s)]
        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= utterance.duration_s


def test_probabilities_are_probabilities(candidate: Candidate) -> None:
    for hypothesis in candidate.heard:
        assert all(0 <= word.probability <= 1 for word in hypothesis.words)
        assert len({word.probability for word in hypothesis.words}) > 1


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 3.0])
def test_silence_has_no_words(candidate: Candidate, seconds: float) -> None:
    silence = np.zeros(int(seconds * SAMPLE_RATE_HZ), np.float32)
    assert candidate.transcribe(silence, candidate.utterances[0].language).words == ()


def test_an_unknown_language_is_refused_and_named(candidate: Candidate) -> None:
    with pytest.raises(LanguageNotSupportedError, match="xx"):
        candidate.transcribe(candidate.utterances[0].audio, "xx")


def test_threads_at_once_give_what_they_give_in_turn(candidate: Candidate) -> None:
    def transcribe(utterance: Utterance) -> Hypothesis:
        return candidate.transcribe(utterance.audio, utterance.language)

    with ThreadPoolExecutor(len(candidate.utterances)) as threads:
        assert list(threads.map(transcribe, candidate.utterances)) == candidate.heard


@pytest.mark.parametrize("make", [pocketsphinx_candidate, whisper_candidate])
def test_it_may_be_closed_twice(
    make: Callable[[pytest.FixtureRequest], Candidate], request: pytest.FixtureRequest
) -> None:
    candidate = make(request)
    candidate.engine.close()
    candidate.engine.close()
