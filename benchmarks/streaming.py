"""How well a recogniser streams: quality, latency, steadiness and cost, on recordings whose word
times are known, in simulated real time (see ``vivavoz.benchmark``).

    python benchmarks/streaming.py --model DIR --samples DIR [--profile NAME ...]

At the price of a larger model (see ``true_cost.py``):

    python benchmarks/true_cost.py --cost-model DIR -- python benchmarks/streaming.py ...
"""

import argparse
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from vivavoz.benchmark.recording import Recording, load_recordings
from vivavoz.benchmark.report import Row, row_of, table
from vivavoz.benchmark.score import aligned, score, words_of
from vivavoz.benchmark.simulation import Playback, play
from vivavoz.engines.whisper import WhisperEngine
from vivavoz.recognition.engine import RecognitionOptions
from vivavoz.recognition.recognizer import RecognizerSettings
from vivavoz.settings import Profile, Settings


def offline_errors(model: object, recordings: Sequence[Recording]) -> int:
    """Word errors of the same model's offline pass, its best settings for closed vocabularies."""
    errors = 0
    for recording in recordings:
        segments, _ = model.transcribe(  # type: ignore[attr-defined]
            recording.audio, language=recording.language, condition_on_previous_text=False
        )
        text = words_of(" ".join(segment.text for segment in segments))
        spoken = words_of(" ".join(word.text for word in recording.words))
        errors += sum(
            1 for i, j in aligned(spoken, text) if i is None or j is None or spoken[i] != text[j]
        )
    return errors


def measure(
    engine: WhisperEngine,
    profile: Profile,
    recordings: Sequence[Recording],
    errors: int,
    detect: bool,
) -> tuple[Row, list[Playback]]:
    """One profile over all recordings."""
    settings = RecognizerSettings.from_settings(Settings(profile=profile))
    playbacks, scores = [], []
    for recording in recordings:
        options = RecognitionOptions(language=None if detect else recording.language)
        playback = play(engine, options, settings, recording.audio)
        playbacks.append(playback)
        scores.append(score(recording.words, playback.views))
        one = scores[-1]
        print(
            f"{profile:>9} {recording.name:8} errors {one.word_errors}/{one.reference_words}"
            f" changed {one.changed_words}",
            file=sys.stderr,
        )
    row = row_of(
        profile.value,
        playbacks,
        scores,
        [recording.starts_s for recording in recordings],
        errors,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    return row, playbacks


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="How well a recogniser streams.")
    parser.add_argument("--model", type=Path, required=True, help="CTranslate2 directory")
    parser.add_argument("--samples", type=Path, required=True, help="folder of WAVs with JSONs")
    parser.add_argument("--only", default="*", help="glob of recordings, by name")
    parser.add_argument("--profile", type=Profile, nargs="+", default=list(Profile))
    parser.add_argument("--detect", action="store_true", help="let the language be detected")
    given = parser.parse_args()
    from faster_whisper import WhisperModel

    recordings = load_recordings(given.samples, given.only)
    plain = WhisperModel(str(given.model), device="cpu", compute_type="int8", cpu_threads=1)
    engine = WhisperEngine(plain, name=given.model.name, device="cpu")
    errors = offline_errors(plain, recordings)
    rows = [
        measure(engine, profile, recordings, errors, given.detect)[0] for profile in given.profile
    ]
    print(table(rows))


if __name__ == "__main__":
    main()
