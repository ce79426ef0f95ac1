"""A transcript as a file to take away: text, a document, subtitles, or everything as JSON."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from vivavoz.history.alignment import edited_segments
from vivavoz.history.cues import Cue, cues_of
from vivavoz.history.file_format import transcript_file_text
from vivavoz.history.transcripts import Segment, Transcript

_MAX_STEM_BYTES = 120
_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069<>:"/\\|?*]+')
_RESERVED_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class ExportFormat(StrEnum):
    """What a transcript can be exported as."""

    TXT = "txt"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"
    DOCX = "docx"


MEDIA_TYPES: Mapping[ExportFormat, str] = {
    ExportFormat.TXT: "text/plain; charset=utf-8",
    ExportFormat.SRT: "application/x-subrip; charset=utf-8",
    ExportFormat.VTT: "text/vtt; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file to take away; ``dated`` is when its dictation began."""

    content: bytes
    media_type: str
    file_name: str
    dated: datetime

    @property
    def content_disposition(self) -> str:
        """The HTTP header that offers the file for download (RFC 6266, names by RFC 5987)."""
        plain = self.file_name.encode("ascii", "replace").decode().replace("?", "_")
        plain = plain.replace("%", "_")
        return (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.file_name, safe='')}"
        )


def export(transcript: Transcript, export_format: ExportFormat) -> Export:
    """The transcript in one of the formats; ``txt`` is what its transcript file holds.

    Subtitles of an edited text hold its words at the times at which they were spoken.
    """
    return Export(
        content=_WRITERS[export_format](transcript),
        media_type=MEDIA_TYPES[export_format],
        file_name=f"{_stem(transcript)}.{export_format.value}",
        dated=transcript.started_at,
    )


def to_srt(segments: Iterable[Segment]) -> bytes:
    """SubRip subtitles."""
    blocks = (
        f"{number}\n{_times(cue, ',')}\n" + "".join(f"{_srt_line(line)}\n" for line in cue.lines)
        for number, cue in enumerate(cues_of(segments), 1)
    )
    return "\n".join(blocks).encode()


def to_vtt(segments: Iterable[Segment]) -> bytes:
    """WebVTT subtitles (W3C)."""
    blocks = (
        f"\n{_times(cue, '.')}\n" + "".join(f"{_vtt_line(line)}\n" for line in cue.lines)
        for cue in cues_of(segments)
    )
    return ("WEBVTT\n" + "".join(blocks)).encode()


def _as_edited(transcript: Transcript) -> Sequence[Segment]:
    if transcript.edited_at is None:
        return transcript.segments
    return edited_segments(transcript.segments, transcript.text)


def _to_txt(transcript: Transcript) -> bytes:
    return transcript_file_text(transcript.id, transcript.started_at, transcript.text).encode()


def _to_json(transcript: Transcript) -> bytes:
    return f"{transcript.model_dump_json(indent=2)}\n".encode()


def _to_docx(transcript: Transcript) -> bytes:
    from vivavoz.history.document import to_docx  # takes a while to import

    return to_docx(transcript)


_WRITERS: Mapping[ExportFormat, Callable[[Transcript], bytes]] = {
    ExportFormat.TXT: _to_txt,
    ExportFormat.SRT: lambda transcript: to_srt(_as_edited(transcript)),
    ExportFormat.VTT: lambda transcript: to_vtt(_as_edited(transcript)),
    ExportFormat.JSON: _to_json,
    ExportFormat.DOCX: _to_docx,
}


def _times(cue: Cue, decimal_mark: str) -> str:
    return f"{_time(cue.start_ms, decimal_mark)} --> {_time(cue.end_ms, decimal_mark)}"


def _time(at_ms: int, decimal_mark: str) -> str:
    seconds, ms = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal_mark}{ms:03}"


def _srt_line(line: str) -> str:
    """SubRip has no escapes: an arrow is replaced, so that no line is taken for a cue's times."""
    return line.replace("-->", "→")


def _vtt_line(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stem(transcript: Transcript) -> str:
    """The title as a file name that every system takes, or the transcript file's own."""
    title = " ".join(_UNSAFE_IN_NAMES.sub(" ", transcript.title).split())
    cut = title.encode("utf-8", "ignore")[:_MAX_STEM_BYTES].decode("utf-8", "ignore").strip(" .-")
    if not cut or _RESERVED_NAMES.fullmatch(cut):
        return transcript.file_name.removesuffix(".txt")
    return cut
