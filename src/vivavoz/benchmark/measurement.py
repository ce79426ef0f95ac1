"""Policies over a set of recordings: played, scored, and set beside the offline pass."""

import resource
from collections.abc import Callable, Mapping, Sequence

from vivavoz.benchmark.recording import Recording
from vivavoz.benchmark.report import Row, row_of
from vivavoz.benchmark.score import Score, aligned, score, words_of
from vivavoz.benchmark.simulation import Playback, play
from vivavoz.recognition.engine import (
    DecodeRequest,
    Engine,
    RecognitionOptions,
    StreamEngine,
    WindowEngine,
)
from vivavoz.recognition.recognizer import RecognizerSettings

_OFFLINE_BEAMS = 5

OnPlayed = Callable[[str, Recording, Score], None]


def measure(
    engine: Engine,
    policies: Mapping[str, RecognizerSettings],
    recordings: Sequence[Recording],
    *,
    detect: bool = False,
    on_played: OnPlayed = lambda policy, recording, score: None,
) -> list[Row]:
    """Play all recordings by each policy, in simulated real time; a row for each.

    Args:
        engine: decodes.
        policies: settings by the name that their row is to have.
        recordings: what is played.
        detect: let the engine detect the language instead of telling it.
        on_played: told after each recording.

    Raises:
        LanguageNotSupportedError: the engine does not know the language of a recording.
    """
    offline = sum(_offline_errors(engine, recording) for recording in recordings)
    rows = []
    for name, settings in policies.items():
        playbacks: list[Playback] = []
        scores: list[Score] = []
        for recording in recordings:
            options = RecognitionOptions(language=None if detect else recording.language)
            playbacks.append(play(engine, options, settings, recording.audio))
            scores.append(score(recording.words, playbacks[-1].views))
            on_played(name, recording, scores[-1])
        starts_s = [recording.starts_s for recording in recordings]
        peak_memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append(row_of(name, playbacks, scores, starts_s, offline, peak_memory_mb))
    return rows


def _offline_errors(engine: Engine, recording: Recording) -> int:
    """Word errors of the same engine when it is given the whole recording at once."""
    spoken = words_of(" ".join(word.text for word in recording.words))
    heard = words_of(_offline_text(engine, recording))
    return sum(i is None or j is None or spoken[i] != heard[j] for i, j in aligned(spoken, heard))


def _offline_text(engine: Engine, recording: Recording) -> str:
    options = RecognitionOptions(language=recording.language)
    if isinstance(engine, WindowEngine):
        request = DecodeRequest(
            "final", recording.audio, options, beam_size=_OFFLINE_BEAMS, full_context=True
        )
        return engine.decode([request])[0].hypothesis.text
    if not isinstance(engine, StreamEngine):
        raise TypeError(f"{type(engine).__name__} is no engine.")
    stream = engine.open_stream(options)
    try:
        stream.push(recording.audio)
        return stream.finish().text
    finally:
        stream.close()
