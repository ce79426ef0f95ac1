"""Which language a window is decoded in."""

from dataclasses import replace

from tests.unit.recognition.scripted import CAPABILITIES, SETTINGS, Session, session
from vivavoz.recognition.engine import DecodeResult, RecognitionOptions
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.recognition.window_recognizer import WindowRecognizer


def languages_asked(played: Session) -> list[tuple[str, str | None]]:
    """With each decode of the whole speech: its purpose and the language that it named."""
    played.play().stop()
    return [(request.purpose, request.options.language) for request in played.asked]


def test_a_language_given_is_never_detected() -> None:
    played = session(options=RecognitionOptions(language="es"))
    assert {language for _, language in languages_asked(played)} == {"es"}
    assert played.recognizer.language == ("es", 1.0)


def test_a_language_is_detected_in_the_first_speech_and_kept() -> None:
    played = session("one two three | four five six", options=RecognitionOptions())
    asked = languages_asked(played)
    finals = [language for purpose, language in asked if purpose == "final"]
    assert finals == [None, "en"]
    assert asked[-1] == ("final", "en")
    assert played.recognizer.language == ("en", 0.99)
    assert played.finals[0].language_probability == 0.99


def test_a_language_is_detected_anew_at_each_utterance_when_asked() -> None:
    redetecting = replace(SETTINGS, redetect_language=True)
    played = session(
        "one two three | four five six", options=RecognitionOptions(), settings=redetecting
    )
    finals = [language for purpose, language in languages_asked(played) if purpose == "final"]
    assert finals == [None, None]


def test_an_unsure_language_is_not_kept() -> None:
    played = session("one two three | four five six", options=RecognitionOptions())
    played.decode = lambda request: DecodeResult(
        Hypothesis(played.speech.heard_in(request.audio), "es", 0.3)
    )
    finals = [language for purpose, language in languages_asked(played) if purpose == "final"]
    assert finals == [None, None]
    assert played.recognizer.language == ("es", 0.3)


def test_an_engine_of_one_language_detects_none() -> None:
    capabilities = replace(CAPABILITIES, languages=frozenset({"en"}))
    recognizer = WindowRecognizer(capabilities, RecognitionOptions(), SETTINGS)
    assert recognizer.language == ("en", 1.0)
