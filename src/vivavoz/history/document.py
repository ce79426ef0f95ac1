"""A transcript as a Word document (Office Open XML), to be printed or written on."""

import re
from datetime import UTC
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from vivavoz.history.transcripts import Transcript

_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = Cm(21.0), Cm(29.7), Cm(2.5)
_UNDETERMINED = "und"  # BCP 47
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_docx(transcript: Transcript) -> bytes:
    """An A4 document: the title, when and how long it was spoken, the text in its paragraphs, and
    numbers on the pages; its language is set, so that spelling is checked in it."""
    document = Document()
    _set_properties(document, transcript)
    _set_language(document, transcript.language or _UNDETERMINED)
    _set_pages(document)
    document.add_paragraph(_in_xml(transcript.title), style="Title")
    when = f"{transcript.started_at.astimezone():%Y-%m-%d %H:%M}"
    document.add_paragraph(f"{when} · {_clock(transcript.duration_s)}", style="Subtitle")
    for paragraph in transcript.paragraphs:
        document.add_paragraph(_in_xml(paragraph))
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_properties(document: WordDocument, transcript: Transcript) -> None:
    properties = document.core_properties
    properties.title = _in_xml(transcript.title)
    properties.author = "Vivavoz"
    properties.comments = ""  # the template's own
    properties.created = transcript.started_at.astimezone(UTC)
    properties.modified = (transcript.edited_at or transcript.finished_at).astimezone(UTC)
    properties.language = transcript.language or _UNDETERMINED


def _set_language(document: WordDocument, language: str) -> None:
    """Make it the language of all text that names none, in whichever script."""
    (tag,) = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    for script in ("w:val", "w:eastAsia", "w:bidi"):
        tag.set(qn(script), language)


def _set_pages(document: WordDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = _PAGE_WIDTH, _PAGE_HEIGHT
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin = section.bottom_margin = _MARGIN
    document.styles["Title"].font.size = Pt(22)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    footer._p.append(number)


def _in_xml(text: str) -> str:
    """The text without what XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _clock(seconds: float) -> str:
    minutes, whole_seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole_seconds:02}"
