"""What dictations at a server come to."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from peers.driver import TAIL_S, Reader
from vivavoz.benchmark.recording import Recording
from vivavoz.benchmark.score import percentile, score


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server spent on dictations: core-seconds, and its most memory."""

    cpu_s: float
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One server with so many sessions at once.

    ``audio_s``: all that was played, the silence after each recording too. ``latencies_s``: of
    every word that ended up right, from its end until it was shown and stayed.
    ``first_text_p50_s``: from the first word's start. ``wer``: percent. ``flicker``: words shown
    and later changed, per final word. ``silent``: dictations that got no text at all;
    ``failures``: those that the server refused or broke off, in its words. Not a number where
    nothing was measured.
    """

    server: str
    sessions: int
    dictations: int
    audio_s: float
    latency_p50_s: float
    latency_p95_s: float
    first_text_p50_s: float
    wer: float
    flicker: float
    cpu_s_per_s: float
    peak_memory_mb: float
    machine_load: float
    silent: int
    failures: tuple[str, ...]
    latencies_s: tuple[float, ...]

    def holds(self, latency_s: float) -> bool:
        """Whether every dictation was served and 95% of all words were there in time."""
        return not self.failures and not self.silent and self.latency_p95_s < latency_s

    def as_json(self) -> str:
        """One line; ``null`` for what was not measured."""
        return json.dumps({name: _plain(value) for name, value in asdict(self).items()})

    def summary(self) -> str:
        """The same without the single latencies, for a person."""
        plain = {name: _plain(value) for name, value in asdict(self).items()}
        return json.dumps({name: plain[name] for name in plain if name != "latencies_s"})


def figures_of(
    server: str,
    sessions: int,
    played: Sequence[tuple[Recording, Reader]],
    failures: Sequence[str],
    usage: Usage,
    machine_load: float,
) -> Figures:
    """Score what readers saw.

    Args:
        server: its name.
        sessions: how many dictated at once.
        played: each recording that was played to its end, and what its reader saw.
        failures: why others were not.
        usage: what the server spent on all of them.
        machine_load: runnable processes of the whole machine meanwhile, on average.
    """
    scores = [score(recording.words, reader.views) for recording, reader in played]
    first_s = [
        one.first_shown_s - recording.starts_s
        for one, (recording, _) in zip(scores, played, strict=True)
        if one.first_shown_s is not None
    ]
    audio_s = sum(recording.duration_s + TAIL_S for recording, _ in played)
    latencies = [latency for one in scores for latency in one.latencies_s]
    return Figures(
        server=server,
        sessions=sessions,
        dictations=len(played) + len(failures),
        audio_s=audio_s,
        latency_p50_s=percentile(latencies, 0.5),
        latency_p95_s=percentile(latencies, 0.95),
        first_text_p50_s=percentile(first_s, 0.5),
        wer=100
        * _ratio(
            sum(one.word_errors for one in scores), sum(one.reference_words for one in scores)
        ),
        flicker=_ratio(
            sum(one.changed_words for one in scores), sum(one.final_words for one in scores)
        ),
        cpu_s_per_s=_ratio(usage.cpu_s, audio_s),
        peak_memory_mb=usage.peak_memory_mb,
        machine_load=machine_load,
        silent=sum(not reader.views for _, reader in played),
        failures=tuple(failures),
        latencies_s=tuple(latencies),
    )


def next_to_try(tried: dict[int, bool]) -> int | None:
    """How many sessions to try next in search of the most that a server holds: twice as many until
    it fails, then halfway between; none when the answer is known to a quarter.

    Args:
        tried: numbers of sessions so far, and whether the server held them.
    """
    held = max((sessions for sessions, well in tried.items() if well), default=0)
    failed = min((sessions for sessions, well in tried.items() if not well), default=None)
    if failed is None:
        return 2 * held or 1
    gap = failed - held
    return held + gap // 2 if gap > max(1, held // 4) else None


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 3)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
