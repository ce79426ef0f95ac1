"""[pure] The figures of a set of recordings, as one row of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from vivavoz.benchmark.score import Score, percentile
from vivavoz.benchmark.simulation import Playback


@dataclass(frozen=True, slots=True)
class Row:
    """One policy over a set of recordings.

    Word error rates are percentages; latencies are seconds; ``flicker``: words shown and later
    changed, per final word; ``encoded_s_per_s``, ``tokens_per_word``, ``cpu_s_per_s``: what it
    cost, per second of audio and per final word.
    """

    name: str
    recordings: int
    audio_s: float
    wer: float
    offline_wer: float
    latency_p50_s: float
    latency_p95_s: float
    first_partial_p50_s: float
    final_after_endpoint_p50_s: float
    final_after_speech_p50_s: float
    flicker: float
    encoded_s_per_s: float
    tokens_per_word: float
    cpu_s_per_s: float
    other_cpu_s_per_s: float
    partials_per_s: float
    finals_per_s: float
    peak_memory_mb: float


def row_of(
    name: str,
    playbacks: Sequence[Playback],
    scores: Sequence[Score],
    speech_starts_s: Sequence[float],
    offline_errors: int,
    peak_memory_mb: float,
) -> Row:
    """The row of one policy; the sequences run over the recordings alike."""
    audio_s = sum(playback.duration_s for playback in playbacks)
    words = sum(one.reference_words for one in scores)
    finals = max(sum(one.final_words for one in scores), 1)
    latencies = [latency for one in scores for latency in one.latencies_s]
    first = [
        one.first_shown_s - start_s
        for one, start_s in zip(scores, speech_starts_s, strict=True)
        if one.first_shown_s is not None
    ]
    endpoint = [wait for playback in playbacks for wait in playback.endpoint_to_final_s]
    speech_end = [wait for playback in playbacks for wait in playback.speech_end_to_final_s]
    return Row(
        name=name,
        recordings=len(playbacks),
        audio_s=audio_s,
        wer=100 * sum(one.word_errors for one in scores) / words,
        offline_wer=100 * offline_errors / words,
        latency_p50_s=percentile(latencies, 0.5),
        latency_p95_s=percentile(latencies, 0.95),
        first_partial_p50_s=percentile(first, 0.5),
        final_after_endpoint_p50_s=percentile(endpoint, 0.5),
        final_after_speech_p50_s=percentile(speech_end, 0.5),
        flicker=sum(one.changed_words for one in scores) / finals,
        encoded_s_per_s=sum(playback.encoded_s for playback in playbacks) / audio_s,
        tokens_per_word=sum(playback.decoded_tokens for playback in playbacks) / finals,
        cpu_s_per_s=sum(playback.work_s for playback in playbacks) / audio_s,
        other_cpu_s_per_s=sum(playback.other_work_s for playback in playbacks) / audio_s,
        partials_per_s=sum(playback.partial_jobs for playback in playbacks) / audio_s,
        finals_per_s=sum(playback.final_jobs for playback in playbacks) / audio_s,
        peak_memory_mb=peak_memory_mb,
    )


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table, one column a row: figures are easier to compare side by side."""
    lines = ["| | " + " | ".join(row.name for row in rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for column in fields(Row)[1:]:
        values = " | ".join(f"{getattr(row, column.name):.4g}" for row in rows)
        lines.append(f"| {column.name} | {values} |")
    return "\n".join(lines)
