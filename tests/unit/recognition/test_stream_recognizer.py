"""The recogniser over engines that stream natively, driven with speech that is known."""

from dataclasses import dataclass, field, replace

import numpy as np

from tests.unit.recognition.scripted import (
    BLOCK_SAMPLES,
    CAPABILITIES,
    OPTIONS,
    SETTINGS,
    Speech,
)
from vivavoz.errors import RecognitionFailedError
from vivavoz.recognition.engine import EngineCapabilities, Pcm, RecognitionOptions
from vivavoz.recognition.jobs import Job, StreamJob
from vivavoz.recognition.outputs import Final, Lost, Output, Partial
from vivavoz.recognition.profiles import RecognizerSettings
from vivavoz.recognition.stream_recognizer import StreamRecognizer
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.vad.frames import FRAME_SAMPLES

LONG = " ".join(f"w{number}" for number in range(120))


@dataclass
class ScriptedStream:
    """Hears exactly the words in the audio that was pushed."""

    speech: Speech
    audio: list[Pcm] = field(default_factory=list)
    is_finished: bool = False
    is_closed: bool = False

    def push(self, audio: Pcm) -> None:
        assert not self.is_finished
        assert not self.is_closed
        self.audio.append(audio)

    def hypothesis(self) -> Hypothesis:
        audio = np.concatenate(self.audio)
        words = self.speech.heard_in(audio) if len(audio) > 1 else ()
        return Hypothesis(words, "en", 1.0)

    def finish(self) -> Hypothesis:
        self.is_finished = True
        return self.hypothesis()

    def close(self) -> None:
        self.is_closed = True


@dataclass
class ScriptedEngine:
    """Opens scripted streams and remembers them."""

    speech: Speech
    streams: list[ScriptedStream] = field(default_factory=list)

    @property
    def capabilities(self) -> EngineCapabilities:
        return replace(CAPABILITIES, languages=frozenset({"en"}))

    def open_stream(self, options: RecognitionOptions) -> ScriptedStream:
        assert options is OPTIONS
        self.streams.append(ScriptedStream(self.speech))
        return self.streams[-1]

    def warm_up(self) -> None:
        """Nothing to warm."""

    def close(self) -> None:
        """Nothing to close."""


class Played:
    """A speech played to a recogniser; steps run as they come unless told otherwise."""

    def __init__(self, text: str, settings: RecognizerSettings = SETTINGS) -> None:
        self.speech = Speech.of(text)
        self.engine = ScriptedEngine(self.speech)
        self.recognizer = StreamRecognizer(self.engine, OPTIONS, settings)
        self.said: list[Output] = []
        self.steps: list[Job] = []
        self._played = 0

    def play(self, *, until_s: float | None = None, answer: bool = True) -> "Played":
        audio, probabilities = self.speech.audio, self.speech.probabilities
        end = len(audio) if until_s is None else round(until_s * 16_000)
        while self._played < end:
            stop = min(self._played + BLOCK_SAMPLES, end)
            frames = probabilities[self._played // FRAME_SAMPLES : stop // FRAME_SAMPLES]
            self.recognizer.push(audio[self._played : stop], frames)
            self._played = stop
            if answer:
                self.answer()
        return self

    def answer(self) -> None:
        while jobs := self.recognizer.next_jobs():
            self.steps += jobs
            for job in jobs:
                assert isinstance(job, StreamJob)
                self.recognizer.job_done(job, job.run())
        self.said += self.recognizer.outputs()

    def stop(self) -> "Played":
        self.recognizer.flush()
        self.answer()
        return self

    @property
    def finals(self) -> list[str]:
        return [output.text for output in self.said if isinstance(output, Final)]


def test_each_utterance_has_a_stream_and_a_final() -> None:
    played = Played("one two three | four five six").play().stop()
    assert played.finals == ["one two three", "four five six"]
    assert len(played.engine.streams) == 2
    assert all(stream.is_finished for stream in played.engine.streams)
    assert played.recognizer.is_settled


def test_partials_grow_with_the_audio() -> None:
    played = Played("one two three four five six").play().stop()
    shown = [output.text for output in played.said if isinstance(output, Partial)]
    assert len(shown) >= 4
    assert all("one two three four five six".startswith(text) for text in shown)


def test_the_audio_arrives_whole_and_in_order() -> None:
    played = Played("one two three four").play().stop()
    [stream] = played.engine.streams
    audio = np.concatenate(stream.audio)
    start = played.speech.place_of(audio)
    assert np.array_equal(audio, played.speech.audio[start : start + len(audio)])


def test_one_step_is_out_at_a_time_and_the_next_takes_what_gathered() -> None:
    played = Played("one two three four").play(until_s=1.2, answer=False)
    [step] = played.recognizer.next_jobs()
    played.play(until_s=1.8, answer=False)
    assert not played.recognizer.next_jobs()
    assert isinstance(step, StreamJob)
    assert step.purpose == "feed"
    played.recognizer.job_done(step, step.run())
    assert len(played.recognizer.next_jobs()) == 1


def test_utterances_that_wait_for_a_slow_engine_all_get_their_finals() -> None:
    played = Played("one two three | four five six | seven eight").play(answer=False).stop()
    assert played.finals == ["one two three", "four five six", "seven eight"]


def test_long_speech_is_parted() -> None:
    played = Played(LONG).play().stop()
    assert " ".join(played.finals) == LONG
    assert len(played.finals) >= 2


def test_an_utterance_whose_step_fails_is_begun_anew() -> None:
    played = Played("one two three four | five six").play(until_s=1.2, answer=False)
    [step] = played.recognizer.next_jobs()
    played.recognizer.job_failed(step, RecognitionFailedError("out of luck"))
    played.play().stop()
    assert played.finals == ["one two three four", "five six"]
    assert not [output for output in played.said if isinstance(output, Lost)]


def test_one_that_fails_twice_is_lost_and_the_session_goes_on() -> None:
    played = Played("one two three | four five").play(until_s=2.5, answer=False)
    for _ in range(2):
        [step] = played.recognizer.next_jobs()
        played.recognizer.job_failed(step, RecognitionFailedError("out of luck"))
    played.play().stop()
    lost = [output for output in played.said if isinstance(output, Lost)]
    assert [one.reason for one in lost] == ["out of luck"]
    assert played.finals == ["four five"]
    assert played.recognizer.is_settled


def test_speech_after_a_loss_in_its_midst_is_recognised() -> None:
    played = Played("one two three four five six").play(until_s=1.2, answer=False)
    for _ in range(2):
        [step] = played.recognizer.next_jobs()
        played.recognizer.job_failed(step, RecognitionFailedError("out of luck"))
    played.play().stop()
    assert played.finals[0].endswith("four five six")


def test_a_dropped_step_hands_its_audio_over_again() -> None:
    played = Played("one two three four").play(until_s=1.2, answer=False)
    [step] = played.recognizer.next_jobs()
    played.recognizer.job_dropped(step)
    played.play().stop()
    assert played.finals == ["one two three four"]


def test_close_frees_the_stream() -> None:
    played = Played("one two three four").play(until_s=1.5)
    [stream] = played.engine.streams
    before = stream.is_closed
    played.recognizer.close()
    played.recognizer.close()
    assert (before, stream.is_closed) == (False, True)
    assert not played.recognizer.next_jobs()


def test_close_leaves_a_stream_alone_that_a_worker_may_be_using() -> None:
    played = Played("one two three four").play(until_s=1.2, answer=False)
    [step] = played.recognizer.next_jobs()
    played.recognizer.close()
    assert step.cancelled
    assert isinstance(step, StreamJob)
    played.recognizer.job_done(step, step.run())
    assert not played.recognizer.outputs()


def test_the_settled_mark_moves_with_the_finals() -> None:
    played = Played("one two three | four five six").play(until_s=2.0)
    first = played.recognizer.settled_sample
    assert first <= 0.5 * 16_000
    played.play().stop()
    assert played.recognizer.settled_sample > played.speech.words[-1].end_s * 16_000


def test_the_only_language_is_known_from_the_start() -> None:
    assert Played("one").recognizer.language == ("en", 1.0)
