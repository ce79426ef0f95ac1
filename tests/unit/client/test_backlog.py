"""What is uploaded when a session is gone, and which of its words are new."""

import io
import wave

import numpy as np
import pytest

from tests.unit.client.link_model import SESSION_ID
from vivavoz.client.backlog import AudioFile, as_file, news_of
from vivavoz.client.buffer import RecordedStream
from vivavoz.client.raw_pcm import RawPcm
from vivavoz.session.entities import RecognizedWord, TranscriptionResult

SAMPLES = np.array([0, 1, -1, 32767, -32768, 258], dtype=np.int16)


@pytest.mark.parametrize(("kind", "order"), [("pcm", "<i2"), ("l16", ">i2")])
def test_raw_audio_becomes_a_file_that_players_open(kind: str, order: str) -> None:
    audio = SAMPLES.astype(order).tobytes()
    stream = RecordedStream(f"audio/{kind};rate=8000;channels=2", audio, 0.0, 1)
    file = as_file(stream)
    assert (file.extension, file.media_type) == ("wav", "audio/wav")
    with wave.open(io.BytesIO(file.content)) as opened:
        assert opened.getparams()[:3] == (2, 2, 8000)
        assert opened.getnframes() == 3
        assert np.array_equal(np.frombuffer(opened.readframes(3), "<i2"), SAMPLES)


@pytest.mark.parametrize(
    ("mime_type", "media_type", "extension"),
    [
        ("audio/webm;codecs=opus", "audio/webm", "webm"),
        ("Audio/OGG ; codecs=opus", "audio/ogg", "ogg"),
        ("audio/mp4", "audio/mp4", "m4a"),
        ("audio/wav", "audio/wav", "wav"),
        ("audio/flac", "audio/flac", "audio"),
    ],
)
def test_a_container_is_a_file_already(mime_type: str, media_type: str, extension: str) -> None:
    assert as_file(RecordedStream(mime_type, b"file", 0.0, 1)) == AudioFile(
        b"file", media_type, extension
    )


def test_raw_audio_knows_its_duration() -> None:
    raw = RawPcm.of("audio/pcm;rate=16000;channels=2")
    assert raw is not None
    assert raw.duration_s(64_000) == 1.0
    assert RawPcm.of("audio/webm;codecs=pcm") is None


def heard(text: str, *words: tuple[str, float, float]) -> TranscriptionResult:
    return TranscriptionResult(
        session_id=SESSION_ID,
        sequence_number=3,
        result_type="final",
        text_content=text,
        confidence=0.9,
        start_time=words[0][1],
        end_time=words[-1][2],
        language="en",
        processing_time_ms=1.0,
        words=tuple(
            RecognizedWord(text=word, start=start, end=end, probability=1.0)
            for word, start, end in words
        ),
    )


STREAM = RecordedStream("audio/webm;codecs=opus", b"", starts_at_s=10.0, last_sequence_number=7)


def test_new_words_come_in_the_sessions_time() -> None:
    result = heard("One two.", ("One", 1.0, 1.4), ("two.", 1.5, 2.0))
    news = news_of(result, STREAM, known_until_s=10.5)
    assert news is not None
    assert news.text_content == "One two."
    assert (news.start_time, news.end_time) == (11.0, 12.0)
    assert [(word.start, word.end) for word in news.words] == [(11.0, 11.4), (11.5, 12.0)]
    assert news.sequence_number == 7


def test_a_result_may_begin_before_its_first_word() -> None:
    result = heard("One.", ("One.", 1.0, 1.4)).model_copy(update={"start_time": 0.5})
    news = news_of(result, STREAM, known_until_s=10.5)
    assert news is not None
    assert news.start_time == 10.5


def test_words_that_are_there_already_are_left_out() -> None:
    result = heard("One two three.", ("One", 1.0, 1.4), ("two", 1.5, 2.0), ("three.", 2.1, 2.6))
    news = news_of(result, STREAM, known_until_s=11.9)
    assert news is not None
    assert news.text_content == "three."
    assert [word.text for word in news.words] == ["three."]
    assert (news.start_time, news.end_time) == (12.1, 12.6)
    assert news_of(result, STREAM, known_until_s=12.6) is None


def test_a_word_counts_as_known_by_its_middle() -> None:
    result = heard("One two.", ("One", 1.0, 1.4), ("two.", 1.5, 2.0))
    at_the_middle = news_of(result, STREAM, known_until_s=11.2)
    assert at_the_middle is not None
    assert at_the_middle.text_content == "One two."
    behind = news_of(result, STREAM, known_until_s=11.201)
    assert behind is not None
    assert behind.text_content == "two."


def test_a_word_that_the_text_spells_otherwise_is_passed_over() -> None:
    result = heard("1 two three", ("One", 1.0, 1.4), ("two", 1.5, 2.0), ("three", 2.1, 2.6))
    news = news_of(result, STREAM, known_until_s=12.0)
    assert news is not None
    assert news.text_content == "three"


def test_the_same_word_again_is_not_taken_for_the_first() -> None:
    result = heard("no no no", ("no", 1.0, 1.4), ("no", 1.5, 2.0), ("no", 2.1, 2.6))
    news = news_of(result, STREAM, known_until_s=12.0)
    assert news is not None
    assert news.text_content == "no"


def test_a_result_without_words_is_all_news() -> None:
    result = heard("One.", ("One.", 1.0, 1.4)).model_copy(update={"words": ()})
    news = news_of(result, STREAM, known_until_s=99.0)
    assert news is not None
    assert (news.text_content, news.start_time, news.end_time) == ("One.", 11.0, 11.4)


def test_a_language_without_spaces_gets_none() -> None:
    result = heard("你好世界", ("你好", 0.0, 0.5), ("世", 0.5, 0.8), ("界", 0.8, 1.0))
    news = news_of(result, STREAM, known_until_s=10.5)
    assert news is not None
    assert news.text_content == "世界"
