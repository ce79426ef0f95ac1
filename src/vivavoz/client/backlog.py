"""What a dictation still owes when the server no longer has its session. [pure]

The rule by which nothing is lost and nothing is doubled: every stream with a chunk that is not
durable is uploaded, a container whole, raw PCM from where the stored text ends. Of what comes back,
words are left out whose middle lies before the end of the text that is confirmed already.
"""

from dataclasses import dataclass

from vivavoz.client.buffer import RecordedStream
from vivavoz.client.raw_pcm import RawPcm
from vivavoz.session.entities import RecognizedWord, TranscriptionResult

_EXTENSIONS = {
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
}


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A recording that any player opens; ``extension`` without its dot."""

    content: bytes
    media_type: str
    extension: str


def as_file(stream: RecordedStream) -> AudioFile:
    """A stream as a file: raw PCM becomes WAV, a container stays as it is."""
    raw = RawPcm.of(stream.mime_type)
    if raw:
        return AudioFile(raw.as_wav(stream.audio), "audio/wav", "wav")
    media_type = stream.mime_type.split(";")[0].strip().lower()
    return AudioFile(stream.audio, media_type, _EXTENSIONS.get(media_type, "audio"))


def news_of(
    result: TranscriptionResult, stream: RecordedStream, known_until_s: float
) -> TranscriptionResult | None:
    """A result of an uploaded stream, in the session's time and without the words that are there
    already; none if nothing is left of it."""
    shift_s = stream.starts_at_s
    words = [_later(word, shift_s) for word in result.words]
    known = sum((word.start + word.end) / 2 < known_until_s for word in words)
    if words and known == len(words):
        return None
    return result.model_copy(
        update={
            "sequence_number": stream.last_sequence_number,
            "text_content": _text_behind(result, known),
            "start_time": words[known].start if known else result.start_time + shift_s,
            "end_time": result.end_time + shift_s,
            "words": tuple(words[known:]),
        }
    )


def _later(word: RecognizedWord, seconds: float) -> RecognizedWord:
    return word.model_copy(update={"start": word.start + seconds, "end": word.end + seconds})


def _text_behind(result: TranscriptionResult, words: int) -> str:
    """Cut out of the text itself: not every language has spaces between its words."""
    text, position = result.text_content, 0
    for word in result.words[:words]:
        found = text.find(word.text, position)
        position = position if found < 0 else found + len(word.text)
    return text[position:].strip()
