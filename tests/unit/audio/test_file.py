"""Whole recordings, on disk and in memory."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.unit.audio.recordings import Recording
from vivavoz.audio.file import open_audio_file
from vivavoz.errors import InvalidFormatError


def test_a_file_and_its_bytes_give_the_sound_that_went_in(
    recording: Recording, tmp_path: Path
) -> None:
    if "rate=" in recording.mime_type:
        pytest.skip("raw PCM cannot say what it is")
    path = tmp_path / "recording"
    path.write_bytes(recording.data)
    heard = []
    for source in (path, recording.data):
        with open_audio_file(source) as file:
            if file.duration_s is not None:
                assert file.duration_s == pytest.approx(recording.spec.seconds, abs=0.15)
            heard.append(np.concatenate(list(file.blocks)))
    assert recording.likeness(heard[0]) > 0.95
    np.testing.assert_array_equal(heard[0], heard[1])


def test_the_duration_is_known_where_the_header_says_it(
    recording_of: Callable[[str], Recording],
) -> None:
    with open_audio_file(recording_of("wav-16k").data) as file:
        assert file.duration_s == pytest.approx(1.5)


def test_an_index_at_the_end_is_found(recording_of: Callable[[str], Recording]) -> None:
    recording = recording_of("m4a")
    assert recording.data.index(b"mdat") < recording.data.index(b"moov")
    with open_audio_file(recording.data) as file:
        assert recording.likeness(np.concatenate(list(file.blocks))) > 0.95


@pytest.mark.parametrize(
    "data", [b"", b"text, not sound\n" * 100, bytes(5000)], ids=["empty", "text", "zeros"]
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidFormatError, match="Convert"), open_audio_file(data):
        pass


def test_a_playlist_opens_nothing_else(
    recording_of: Callable[[str], Recording], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.wav").write_bytes(recording_of("wav").data)
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(InvalidFormatError),
        open_audio_file(b"ffconcat version 1.0\nfile other.wav\n"),
    ):
        pass


def test_a_video_without_sound_is_refused(silent_video: bytes) -> None:
    with pytest.raises(InvalidFormatError, match="no sound"), open_audio_file(silent_video):
        pass


def test_a_missing_file_is_the_callers_to_explain(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_audio_file(tmp_path / "missing.wav"):
        pass


def test_texts_in_an_unknown_encoding_do_not_matter(
    recording_of: Callable[[str], Recording],
) -> None:
    recording = recording_of("webm-opus")
    with open_audio_file(recording.data.replace(b"Lavf", b"\x9cavf")) as file:
        assert recording.likeness(np.concatenate(list(file.blocks))) > 0.95
