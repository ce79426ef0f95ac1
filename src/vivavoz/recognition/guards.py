"""Whether a decode can be believed.

Whisper fails in known ways: it repeats itself, runs on past the end of the audio, and invents text
for silence. The thresholds of compression ratio, log-probability and no-speech probability are
those of OpenAI's reference decoder; the others hold for any human speech.
"""

from collections.abc import Sequence
from enum import StrEnum

from vivavoz.recognition.agreement import normalised
from vivavoz.recognition.engine import DecodeRequest, DecodeResult
from vivavoz.recognition.transcript import Word

MAX_COMPRESSION_RATIO = 2.4
MIN_AVERAGE_LOG_PROBABILITY = -1.0
MIN_PARTIAL_LOG_PROBABILITY = -0.5
"""The same for partials where the model hears no speech: what is not shown yet is not lost."""
MAX_NO_SPEECH_PROBABILITY = 0.6
MAX_CHARACTERS_PER_S = 45.0
"""An auctioneer's English has about 30; counting words would wrong languages without spaces, where
the engine calls each character a word."""
MIN_LAST_WORD_PROBABILITY = 0.4
"""Of 671 last words of partials on the test recordings, this held back 7 of 13 that were wrong and
none that was right."""
_RATE_ALLOWANCE_S = 0.5
_MIN_REPEATS = 4
_MAX_PERIOD_WORDS = 6


class Doubt(StrEnum):
    """Why a decode is not believed."""

    NO_SPEECH = "no_speech"
    REPETITION = "repetition"
    RUNAWAY = "runaway"
    RATE = "rate"


def doubt_of(request: DecodeRequest, result: DecodeResult) -> Doubt | None:
    """The first reason not to believe ``result``, if there is one."""
    words = result.hypothesis.words
    is_partial = request.purpose == "partial"
    sure_from = MIN_PARTIAL_LOG_PROBABILITY if is_partial else MIN_AVERAGE_LOG_PROBABILITY
    is_unsure = result.average_log_probability < sure_from
    if is_unsure and result.no_speech_probability > MAX_NO_SPEECH_PROBABILITY:
        return Doubt.NO_SPEECH
    if result.truncated:
        return Doubt.RUNAWAY
    if result.compression_ratio > MAX_COMPRESSION_RATIO or repeats_at_end(words):
        return Doubt.REPETITION
    if is_too_fast(words, request.duration_s):
        return Doubt.RATE
    return None


def without_guess(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """A partial's words without the last, if that is a guess at a word only half said."""
    if words and words[-1].probability < MIN_LAST_WORD_PROBABILITY:
        return words[:-1]
    return words


def repeats_at_end(words: Sequence[Word]) -> bool:
    """Whether the text ends in one phrase of up to six words said four times or more."""
    texts = [normalised(word.text) for word in words]
    for period in range(1, _MAX_PERIOD_WORDS + 1):
        tail = texts[-period * _MIN_REPEATS :]
        if len(tail) == period * _MIN_REPEATS and tail == tail[:period] * _MIN_REPEATS:
            return True
    return False


def is_too_fast(words: Sequence[Word], duration_s: float) -> bool:
    """Whether nobody could say so much in that time."""
    characters = sum(len(word.text) for word in words)
    return characters > MAX_CHARACTERS_PER_S * (duration_s + _RATE_ALLOWANCE_S)
