"""[pure] What may be changed of a transcript, and how what people type is cleaned."""

import re
import unicodedata
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vivavoz.errors import InvalidMessageError

MAX_TITLE_LENGTH = 200
MAX_TEXT_LENGTH = 1_000_000
"""Characters of an edited text: what is said in more than ten hours."""

_LINE_END = re.compile(r"[^\S\n]*(?:\r\n|[\n\r\v\f\x85\u2028\u2029])")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_EMPTY_LINES = re.compile(r"\n{3,}")


class TranscriptChange(BaseModel):
    """What of a transcript shall change; what is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: str = Field("", description="One line of at most 200 characters.")
    text: str | None = Field(
        None,
        description="At most a million characters; a blank line begins a paragraph. null brings "
        "back the text as it was recognised.",
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give a title, a text or both")
        return self


def clean_title(title: str) -> str:
    """The title on one line, without characters that nobody can see or that cannot be stored.

    Raises:
        InvalidMessageError: nothing is left, or too much.
    """
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in title
    )
    cleaned = " ".join(visible.split())
    if not _is_visible(cleaned):
        raise InvalidMessageError("A title needs at least one visible character.")
    if len(cleaned) > MAX_TITLE_LENGTH:
        raise InvalidMessageError(
            f"A title may have {MAX_TITLE_LENGTH} characters; this one has {len(cleaned)}.",
            limit=MAX_TITLE_LENGTH,
            length=len(cleaned),
        )
    return cleaned


def clean_text(text: str) -> str:
    """The text with lines that end in ``\\n`` alone and at most one empty line between two others,
    without characters that cannot be stored.

    Raises:
        InvalidMessageError: nothing is left, or there is too much of it.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise InvalidMessageError(
            f"A text may have {MAX_TEXT_LENGTH} characters; this one has {len(text)}.",
            limit=MAX_TEXT_LENGTH,
            length=len(text),
        )
    lines = _LINE_END.sub("\n", _UNSTORABLE.sub("", text))
    cleaned = _EMPTY_LINES.sub("\n\n", lines).strip()
    if not _is_visible(cleaned):
        raise InvalidMessageError(
            "A text needs at least one visible character: delete the transcript, or send null to "
            "bring back what was recognised."
        )
    return cleaned


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "CZ" for char in text)
