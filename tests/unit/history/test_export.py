"""Exports, parsed back."""

import json
import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.history.transcripts import ID, START, a_segment, a_transcript, spoken
from vivavoz.history.cues import MAX_CUE_MS, MAX_LINE_COLUMNS, MAX_LINES, cues_of
from vivavoz.history.export import ExportFormat, export, to_srt, to_vtt
from vivavoz.history.transcripts import Segment, Transcript
from vivavoz.session.entities import RecognizedWord


def milliseconds(time: str) -> int:
    hours, minutes, seconds, ms = map(int, re.split("[:,.]", time))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms


Parsed = list[tuple[int, int, list[str]]]


def parse_srt(content: str) -> Parsed:
    cues: Parsed = []
    for block in content.removesuffix("\n").split("\n\n") if content else ():
        number, times, *lines = block.split("\n")
        assert int(number) == len(cues) + 1
        match = re.fullmatch(r"(\d\d:\d\d:\d\d,\d{3}) --> (\d\d:\d\d:\d\d,\d{3})", times)
        assert match
        cues.append((milliseconds(match[1]), milliseconds(match[2]), lines))
    return cues


def parse_vtt(content: str) -> Parsed:
    header, *blocks = content.removesuffix("\n").split("\n\n")
    assert header == "WEBVTT"
    cues: Parsed = []
    for block in blocks:
        times, *lines = block.split("\n")
        match = re.fullmatch(r"(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})", times)
        assert match
        assert not any(re.search(r"[<>]|&(?!amp;|lt;|gt;)", line) for line in lines)
        unescaped = [
            line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in lines
        ]
        cues.append((milliseconds(match[1]), milliseconds(match[2]), unescaped))
    return cues


def columns(line: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in {"W", "F"} for char in line)
    return len(line) + wide - sum(bool(unicodedata.combining(char)) for char in line)


def squeezed(text: str) -> str:
    return "".join(text.split())


class TestCues:
    @given(spoken())
    def test_cues_can_be_read(self, segments: list[Segment]) -> None:
        cues = cues_of(segments)
        ends = 0
        for cue in cues:
            assert ends <= cue.start_ms < cue.end_ms <= cue.start_ms + MAX_CUE_MS
            assert 1 <= len(cue.lines) <= MAX_LINES
            assert all(line and columns(line) <= MAX_LINE_COLUMNS for line in cue.lines)
            ends = cue.end_ms

    @given(spoken())
    def test_no_text_is_lost(self, segments: list[Segment]) -> None:
        shown = "".join(line for cue in cues_of(segments) for line in cue.lines)
        assert squeezed(shown) == squeezed("".join(segment.text for segment in segments))

    def test_a_short_segment_is_one_cue_at_its_times(self) -> None:
        (cue,) = cues_of([a_segment("Hola a todos.", 1.25, 3.5)])
        assert (cue.start_ms, cue.end_ms, cue.lines) == (1250, 3500, ("Hola a todos.",))

    def test_a_long_segment_is_cut_at_the_times_of_its_words(self) -> None:
        text = " ".join(f"palabra{n:02}" for n in range(40))
        cues = cues_of([a_segment(text, 0.0, 40.0)])
        assert len(cues) == 6
        for cue in cues:
            assert cue.end_ms - cue.start_ms <= MAX_CUE_MS
            first = int(cue.lines[0][7:9])
            assert cue.start_ms == first * 1000
            assert all(len(line) <= MAX_LINE_COLUMNS for line in cue.lines)

    def test_a_pause_inside_a_segment_begins_a_new_cue(self) -> None:
        before, after = a_segment("hola a todos", 0, 1), a_segment("buenos días", 4, 5)
        both = before.model_copy(
            update={
                "text": "hola a todos buenos días",
                "end_s": 5.0,
                "words": before.words + after.words,
            }
        )
        assert [(cue.start_ms, cue.lines) for cue in cues_of([both])] == [
            (0, ("hola a todos",)),
            (4000, ("buenos días",)),
        ]

    def test_a_cue_stays_for_a_second_where_there_is_room(self) -> None:
        cues = cues_of([a_segment("sí", 1.0, 1.2), a_segment("no", 1.5, 1.6)])
        assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(1000, 1500), (1500, 2500)]

    def test_wide_characters_count_twice_and_need_no_spaces(self) -> None:
        cues = cues_of([a_segment("日" * 100, 0.0, 20.0, words=False)])
        assert all(len(line) <= MAX_LINE_COLUMNS // 2 for cue in cues for line in cue.lines)
        assert sum(len(line) for cue in cues for line in cue.lines) == 100

    def test_words_without_spaces_are_joined_as_the_engine_wrote_them(self) -> None:
        segment = a_segment("日本語", 0.0, 3.0, words=False)
        words = tuple(
            RecognizedWord(text=char, start=float(n), end=n + 1.0, probability=1.0)
            for n, char in enumerate("日本語")
        )
        (cue,) = cues_of([segment.model_copy(update={"words": words})])
        assert cue.lines == ("日本語",)


class TestSubtitles:
    @given(spoken())
    def test_srt_and_vtt_say_the_same(self, segments: list[Segment]) -> None:
        expected = [(cue.start_ms, cue.end_ms, list(cue.lines)) for cue in cues_of(segments)]
        assert parse_vtt(to_vtt(segments).decode()) == expected
        arrows = [(s, e, [line.replace("-->", "→") for line in ls]) for s, e, ls in expected]
        assert parse_srt(to_srt(segments).decode()) == arrows

    def test_srt(self) -> None:
        segments = [a_segment("Hola.", 0.0, 1.5), a_segment("uno --> dos", 3661.0, 3662.0)]
        assert to_srt(segments).decode() == (
            "1\n00:00:00,000 --> 00:00:01,500\nHola.\n"
            "\n"
            "2\n01:01:01,000 --> 01:01:02,000\nuno → dos\n"
        )

    def test_vtt(self) -> None:
        segments = [a_segment("<b>tú & yo</b> -->", 0.0, 1.5)]
        assert to_vtt(segments).decode() == (
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n&lt;b&gt;tú &amp; yo&lt;/b&gt; --&gt;\n"
        )

    def test_nothing_said(self) -> None:
        assert to_srt([]) == b""
        assert to_vtt([]) == b"WEBVTT\n"


class TestExport:
    def test_txt_is_the_transcript_file(self) -> None:
        exported = export(a_transcript(a_segment("Hola.", 0, 1)), ExportFormat.TXT)
        timestamp = START.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        assert (
            exported.content.decode()
            == f"Transcripcion ID: {ID}\nTimestamp: {timestamp}\n\nHola.\n"
        )
        assert exported.media_type == "text/plain; charset=utf-8"

    def test_an_edited_text_is_exported_in_every_format(self) -> None:
        edited = a_transcript(a_segment("ola", 0, 1), text="Hola.\n\nAdiós.", edited_at=START)
        assert export(edited, ExportFormat.TXT).content.decode().endswith("\n\nHola.\n\nAdiós.\n")
        for subtitles in (ExportFormat.SRT, ExportFormat.VTT):
            assert b"\nHola. Adi\xc3\xb3s.\n" in export(edited, subtitles).content
        as_json = json.loads(export(edited, ExportFormat.JSON).content)
        assert as_json["text"] == "Hola.\n\nAdiós."
        assert as_json["original_text"] == "ola"
        assert as_json["paragraphs"] == ["Hola.", "Adiós."]

    def test_json_holds_everything(self) -> None:
        transcript = a_transcript(a_segment("Hola a todos.", 0, 1))
        exported = export(transcript, ExportFormat.JSON)
        assert Transcript.model_validate_json(exported.content) == transcript
        assert json.loads(exported.content)["segments"][0]["words"][0]["text"] == " Hola"

    @pytest.mark.parametrize(
        ("export_format", "media_type"),
        [
            ("txt", "text/plain; charset=utf-8"),
            ("srt", "application/x-subrip; charset=utf-8"),
            ("vtt", "text/vtt; charset=utf-8"),
            ("json", "application/json"),
            (
                "docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
        ],
    )
    def test_each_format_has_its_name_type_and_date(
        self, export_format: str, media_type: str
    ) -> None:
        transcript = a_transcript(a_segment("Hola.", 0, 1))
        exported = export(transcript, ExportFormat(export_format))
        assert (exported.file_name, exported.media_type, exported.dated) == (
            f"Título.{export_format}",
            media_type,
            START,
        )
        assert f'filename="T_tulo.{export_format}"' in exported.content_disposition

    @pytest.mark.parametrize(
        ("title", "file_name"),
        [
            ("Reunión de marzo", "Reunión de marzo.srt"),
            ("../../etc/passwd", "etc passwd.srt"),
            ('a"b\\c:d\r\ne', "a b c d e.srt"),
            ("日本語", "日本語.srt"),
            ("-rf *", "rf.srt"),
            ("...", "transcripcion_20260102_030405.srt"),
            ("CON", "transcripcion_20260102_030405.srt"),
            ("lpt1.notes", "transcripcion_20260102_030405.srt"),
            ("Contract", "Contract.srt"),
            ("\u202efdp.exe", "fdp.exe.srt"),
            ("a\x7fb\u200bc\u2028d\u2066e", "a b c d e.srt"),
            ("50% <now>?", "50% now.srt"),
            ("ñ" * 100, "ñ" * 60 + ".srt"),
        ],
    )
    def test_the_file_is_named_by_the_title(self, title: str, file_name: str) -> None:
        exported = export(a_transcript(title=title), ExportFormat.SRT)
        assert exported.file_name == file_name
        message = Message()
        message["Content-Disposition"] = exported.content_disposition
        assert message.get_content_disposition() == "attachment"
        _, _, encoded = exported.content_disposition.partition("filename*=UTF-8''")
        assert unquote(encoded) == file_name
        assert exported.content_disposition.isascii()

    @given(st.text(max_size=200))
    def test_any_title_makes_a_safe_header_and_name(self, title: str) -> None:
        exported = export(a_transcript(title=title), ExportFormat.TXT)
        assert re.fullmatch(
            r"attachment; filename=\"[^\"\\%]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+",
            exported.content_disposition,
        )
        assert not re.search(r"[/\\\x00-\x1f]", exported.file_name)
        assert len(exported.file_name.encode()) <= 255
        assert not exported.file_name.startswith(".")
