"""``vivavoz transcribe`` as a process, on real files."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jiwer import wer

from tests.conftest import HumanRecording

VIVAVOZ = [sys.executable, "-m", "vivavoz"]


def run(*arguments: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    command = [*VIVAVOZ, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def whisper(fixture_model: Path) -> list[str]:
    return ["--engine", "whisper", "--model", str(fixture_model)]


@pytest.fixture(scope="module")
def samples(fixture_model: Path) -> Path:
    return fixture_model.parent / "samples"


def text_of(sample: Path) -> str:
    return str(json.loads(sample.with_suffix(".json").read_text())["text"])


def test_text_goes_to_standard_output_and_nothing_else(samples: Path, whisper: list[str]) -> None:
    sample = samples / "es-1.wav"
    finished = run("transcribe", sample, *whisper)
    assert finished.returncode == 0
    assert wer(text_of(sample), finished.stdout.replace("\n", " ")) < 0.1
    assert finished.stderr == ""


def test_standard_input_becomes_subtitles(samples: Path, whisper: list[str]) -> None:
    with (samples / "en-2.wav").open("rb") as audio:
        finished = run("transcribe", "-", "--format", "srt", *whisper, stdin=audio)
    assert finished.returncode == 0
    times = r"\d\d:\d\d:\d\d,\d\d\d --> \d\d:\d\d:\d\d,\d\d\d"
    assert re.match(rf"1\n{times}\n\S", finished.stdout)
    lines = [line for line in finished.stdout.splitlines() if re.search("[a-z]", line)]
    assert wer(text_of(samples / "en-2.wav"), " ".join(lines)) < 0.1


def test_several_files_go_into_a_folder(samples: Path, whisper: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    finished = run(
        "transcribe", samples / "es-1.wav", samples / "en-1.wav",
        "--format", "json", "--output", folder, *whisper,
    )  # fmt: skip
    assert finished.returncode == 0
    assert finished.stdout == ""
    spoken = json.loads((folder / "es-1.json").read_text())
    assert spoken["language"] == "es"
    assert wer(text_of(samples / "es-1.wav"), spoken["text"]) < 0.1
    assert spoken["segments"][0]["words"]
    assert json.loads((folder / "en-1.json").read_text())["language"] == "en"


def test_a_bad_file_does_not_stop_the_others(
    samples: Path, whisper: list[str], tmp_path: Path
) -> None:
    garbage = tmp_path / "garbage.mp3"
    garbage.write_bytes(b"no sound at all" * 100)
    finished = run(
        "transcribe", garbage, tmp_path / "missing.wav", tmp_path, samples / "en-1.wav", *whisper
    )
    assert finished.returncode == 1
    heading, *lines = finished.stdout.splitlines()
    assert heading == f"==> {samples / 'en-1.wav'} <=="
    assert wer(text_of(samples / "en-1.wav"), " ".join(lines)) < 0.1
    said = finished.stderr.splitlines()
    assert len(said) == 3
    assert said[0] == f"{tmp_path / 'missing.wav'}: No such file or directory."
    assert said[1] == f"{tmp_path}: Is a directory."
    assert said[2].startswith(f"{garbage}: No sound can be decoded")


def test_texts_of_several_files_stand_under_their_names(samples: Path, whisper: list[str]) -> None:
    names = [samples / "es-1.wav", samples / "en-1.wav", samples / "en-1.wav"]
    finished = run("transcribe", *names, *whisper)
    texts = re.split(r"^==> (.*) <==$", finished.stdout, flags=re.MULTILINE)
    assert texts[1::2] == [str(name) for name in names]
    assert all(
        wer(text_of(name), text.replace("\n", " ")) < 0.1
        for name, text in zip(names, texts[2::2], strict=True)
    )


def test_a_file_that_is_not_there_is_said_before_a_model_is_looked_for(tmp_path: Path) -> None:
    finished = run("transcribe", "missing.wav", "--engine", "whisper", "--model", tmp_path)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == "missing.wav: No such file or directory.\n"


def test_what_cannot_be_written_is_said_before_anything_is_decoded(tmp_path: Path) -> None:
    in_the_way = tmp_path / "taken"
    in_the_way.write_text("a file, not a folder")
    finished = run("transcribe", "missing.wav", "--output", in_the_way / "talk.txt")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.splitlines() == [f"Error: {in_the_way}: File exists."]


def test_silence_is_said_to_be_silence(tmp_path: Path, whisper: list[str]) -> None:
    import wave

    with wave.open(str(tmp_path / "silence.wav"), "wb") as silence:
        silence.setparams((1, 2, 16_000, 0, "NONE", ""))
        silence.writeframes(bytes(64_000))
    finished = run("transcribe", tmp_path / "silence.wav", *whisper)
    assert (finished.returncode, finished.stdout) == (0, "")
    assert finished.stderr == f"{tmp_path / 'silence.wav'}: no speech was found.\n"


def test_the_built_in_engine_hears_human_speech(
    human_recordings: dict[str, HumanRecording],
) -> None:
    recording = human_recordings["goforward"]
    finished = run("transcribe", recording.path, "--engine", "pocketsphinx")
    assert finished.returncode == 0
    assert wer(recording.transcript, finished.stdout.lower().strip()) <= 0.3


def test_a_language_that_the_engine_does_not_know_is_refused(samples: Path) -> None:
    sample = samples / "es-1.wav"
    finished = run("transcribe", sample, "--engine", "pocketsphinx", "--language", "es")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert "does not know the language 'es'" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_model_that_is_none_gets_one_sentence(samples: Path, tmp_path: Path) -> None:
    finished = run("transcribe", samples / "es-1.wav", "--engine", "whisper", "--model", tmp_path)
    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: ")
    assert len(finished.stderr.splitlines()) == 1


def test_debug_shows_the_traceback(samples: Path, tmp_path: Path) -> None:
    audio = samples / "es-1.wav"
    finished = run("--debug", "transcribe", audio, "--engine", "whisper", "--model", tmp_path)
    assert "Traceback" in finished.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["transcribe"],
        ["transcribe", "a.wav", "b.wav", "--format", "srt"],
        ["transcribe", "a.wav", "--format", "pdf"],
        ["transcribe", "a.wav", "--language", "Spanish"],
        ["transcribed"],
    ],
)
def test_a_wrong_option_is_a_usage_error(arguments: list[str]) -> None:
    finished = run(*arguments)
    assert finished.returncode == 2
    assert "Usage:" in finished.stderr
    assert finished.stdout == ""


def test_a_closed_pipe_is_no_error(samples: Path, whisper: list[str]) -> None:
    command = [*VIVAVOZ, "transcribe", str(samples / "en-60s.wav"), *whisper]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().strip()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait()
