"""Word documents, read back."""

import warnings
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.history.transcripts import START, a_segment, a_transcript
from vivavoz.history.document import to_docx
from vivavoz.history.transcripts import Transcript


def written(transcript: Transcript) -> WordDocument:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Document(BytesIO(to_docx(transcript)))


def paragraphs(document: WordDocument) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def visible(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def test_title_date_and_duration_come_before_the_paragraphs() -> None:
    segments = [a_segment("uno", 0, 1), a_segment("dos", 2, 3), a_segment("tres", 9, 10)]
    document = written(a_transcript(*segments, title="Reunión", duration_s=3725.4))
    local = START.astimezone()
    assert paragraphs(document) == [
        "Reunión",
        f"{local:%Y-%m-%d %H:%M} · 1:02:05",
        "uno dos",
        "tres",
    ]
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]
    assert styles == ["Title", "Subtitle", "Normal", "Normal"]


def test_an_edited_text_keeps_its_paragraphs_and_lines() -> None:
    transcript = a_transcript(
        a_segment("ola", 0, 1), text="Hola,\namiga.\n\nAdiós.", edited_at=START
    )
    assert paragraphs(written(transcript))[2:] == ["Hola,\namiga.", "Adiós."]


def test_it_says_what_it_is() -> None:
    edited_at = START + timedelta(days=1)
    properties = written(a_transcript(title="Reunión", edited_at=edited_at)).core_properties
    assert (properties.title, properties.language) == ("Reunión", "es")
    assert (properties.author, properties.comments) == ("Vivavoz", "")
    assert (properties.created, properties.modified) == (START, edited_at)


@pytest.mark.parametrize(("language", "tag"), [("es", "es"), ("ja", "ja"), (None, "und")])
def test_spelling_is_checked_in_the_language_that_was_spoken(
    language: str | None, tag: str
) -> None:
    document = written(a_transcript(language=language))
    namespace = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    tags: list[Any] = document.styles.element.xpath("//w:docDefaults//w:lang")
    values = [tags[0].get(f"{namespace}{script}") for script in ("val", "eastAsia", "bidi")]
    assert values == [tag] * 3
    assert document.element.xpath("//w:lang") == []


def test_it_is_ready_to_be_printed() -> None:
    document = written(a_transcript(a_segment("uno", 0, 1)))
    (section,) = document.sections
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert [round(margin.cm, 1) for margin in margins if margin is not None] == [2.5] * 4
    (number,) = section.footer._element.xpath(".//w:fldSimple")
    assert "PAGE" in number.values()


@settings(max_examples=40)
@given(st.text(st.characters(), max_size=100), st.text(st.characters(), max_size=300))
def test_any_text_can_be_written(title: str, text: str) -> None:
    content = to_docx(a_transcript(title=title, text=text, edited_at=START))
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
    shown_title, _, *shown_text = paragraphs(Document(BytesIO(content)))
    assert visible(shown_title) == visible(title)
    assert visible("".join(shown_text)) == visible(text)
