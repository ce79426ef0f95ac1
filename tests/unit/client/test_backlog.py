"""What is uploaded when a session is gone, and which of its words are new."""

import io
import wave

import numpy as np
import pytest

from tests.unit.client.link_model import SESSION_ID
from vivavoz.client.backlog import as_file, news_of
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


def test_a_container_is_a_file_already() -> None:
    file = as_file(RecordedStream("audio/webm;codecs=opus", b"webm", 0.0, 1))
    assert (file.content, file.media_type, file.extension) == (b"webm", "audio/webm", "webm")


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
    assert [word.start for word in news.words] == [11.0, 11.5]
    assert news.sequence_number == 7


def test_words_that_are_there_already_are_left_out() -> None:
    result = heard("One two three.", ("One", 1.0, 1.4), ("two", 1.5, 2.0), ("three.", 2.1, 2.6))
    news = news_of(result, STREAM, known_until_s=11.9)
    assert news is not None
    assert news.text_content == "three."
    assert (news.start_time, news.end_time) == (12.1, 12.6)
    assert news_of(result, STREAM, known_until_s=12.6) is None


def test_a_language_without_spaces_gets_none() -> None:
    result = heard("你好世界", ("你好", 0.0, 0.5), ("世", 0.5, 0.8), ("界", 0.8, 1.0))
    news = news_of(result, STREAM, known_until_s=10.5)
    assert news is not None
    assert news.text_content == "世界"
