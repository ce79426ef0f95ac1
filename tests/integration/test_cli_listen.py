"""``vivavoz listen`` as a process, on a microphone made of ALSA and a named pipe."""

import contextlib
import ctypes.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jiwer import wer

VIVAVOZ = [sys.executable, "-m", "vivavoz"]
BLOCK_BYTES = 3200
BLOCK_S = 0.1
SYSTEM_ALSA = Path("/usr/share/alsa/alsa.conf")
NAME = "Test microphone"

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("asound") is None or not SYSTEM_ALSA.exists(),
    reason="needs ALSA, which makes the microphone of this test",
)


@dataclass
class FakeMicrophone:
    """Speaks into a named pipe at the pace of speech; silent when it has nothing to say."""

    pipe: Path
    environment: dict[str, str]
    speech: bytes = b""
    said: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        pipe = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        position = 0
        while not self.over.wait(BLOCK_S):
            block = self.speech[position : position + BLOCK_BYTES]
            position += len(block)
            with contextlib.suppress(BlockingIOError):  # nobody listens yet
                os.write(pipe, block.ljust(BLOCK_BYTES, b"\0"))
            if position and position == len(self.speech):
                self.said.set()
        os.close(pipe)


@pytest.fixture
def microphone(tmp_path: Path) -> Iterator[FakeMicrophone]:
    pipe = tmp_path / "microphone"
    os.mkfifo(pipe)
    config = tmp_path / "asound.conf"
    config.write_text(
        f"<{SYSTEM_ALSA}>\n"
        'pcm.microphone { type file slave.pcm "null" file "/dev/null" format "raw"\n'
        f'  infile "{pipe}"\n  hint {{ show on\n  description "{NAME}" }} }}\n'
        "pcm.broken { type hw card 99 hint { show on description Broken } }\n"
    )
    environment = os.environ | {
        "ALSA_CONFIG_PATH": str(config),
        "VIVAVOZ_DATA_DIR": str(tmp_path / "data"),
    }
    fake = FakeMicrophone(pipe, environment)
    thread = threading.Thread(target=fake.run, daemon=True)
    thread.start()
    yield fake
    fake.over.set()
    thread.join()


def test_speech_is_printed_in_a_pipe_and_ctrl_c_ends_it(
    microphone: FakeMicrophone, fixture_model: Path
) -> None:
    sample = fixture_model.parent / "samples" / "es-1.wav"
    with wave.open(str(sample)) as recording:
        speech = recording.readframes(recording.getnframes())
    model = ["--engine", "whisper", "--model", str(fixture_model)]
    process = subprocess.Popen(
        [*VIVAVOZ, "listen", "--device", "test", *model],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=microphone.environment,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Listening"):
            break
    microphone.speech = speech
    assert microphone.said.wait(30)
    process.send_signal(signal.SIGINT)
    said, notes = process.communicate(timeout=30)
    assert process.returncode == 0
    text = json.loads(sample.with_suffix(".json").read_text())["text"]
    assert wer(text, said.replace("\n", " ").strip()) < 0.1
    assert "Kept in the history: vivavoz history show " in notes
    history = subprocess.run(
        [*VIVAVOZ, "history", "list"],
        check=True,
        capture_output=True,
        text=True,
        env=microphone.environment,
    )
    assert text.split()[0] in history.stdout


@pytest.fixture
def server_url(
    fixture_model: Path, tmp_path: Path
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    options = ["--engine", "whisper", "--model", str(fixture_model), "--port", "0"]
    process = subprocess.Popen(
        [*VIVAVOZ, "serve", *options, "--data-dir", str(tmp_path / "server")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1], process
    process.kill()
    process.communicate()


def test_what_a_dead_server_did_not_transcribe_is_kept_as_a_file(
    microphone: FakeMicrophone,
    fixture_model: Path,
    server_url: tuple[str, "subprocess.Popen[str]"],
    tmp_path: Path,
) -> None:
    url, server = server_url
    rest = tmp_path / "rest.wav"
    with wave.open(str(fixture_model.parent / "samples" / "es-1.wav")) as recording:
        speech = recording.readframes(recording.getnframes())
    process = subprocess.Popen(
        [*VIVAVOZ, "listen", "--url", url, "--keep-audio", str(rest)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=microphone.environment,
    )
    assert process.stderr is not None
    assert next(line for line in process.stderr if line.startswith("Listening"))
    server.kill()
    microphone.speech = speech
    assert microphone.said.wait(30)
    process.send_signal(signal.SIGINT)
    assert next(line for line in process.stderr if line.startswith("The connection is lost"))
    process.send_signal(signal.SIGINT)
    _, notes = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"The audio is kept: vivavoz transcribe {rest}" in notes
    with wave.open(str(rest)) as kept:
        assert kept.getframerate() == 16_000
        assert kept.getnframes() >= len(speech) // 2


def test_a_folder_that_is_not_there_is_noticed_before_anybody_speaks(
    microphone: FakeMicrophone, tmp_path: Path
) -> None:
    finished = subprocess.run(
        [*VIVAVOZ, "listen", "--keep-audio", str(tmp_path / "nowhere" / "rest.wav")],
        check=False,
        capture_output=True,
        text=True,
        env=microphone.environment,
    )
    assert finished.returncode == 2
    assert "nowhere" in re.sub(r"[\s│]", "", finished.stderr)  # the message is in a box


def test_microphones_are_listed(microphone: FakeMicrophone) -> None:
    finished = subprocess.run(
        [*VIVAVOZ, "listen", "--list-devices"],
        check=True,
        capture_output=True,
        text=True,
        env=microphone.environment,
    )
    assert f"1  {NAME}\n" in finished.stdout
    assert finished.stderr == ""


def test_a_microphone_that_is_not_there_is_one_sentence(microphone: FakeMicrophone) -> None:
    finished = subprocess.run(
        [*VIVAVOZ, "listen", "--device", "studio"],
        check=False,
        capture_output=True,
        text=True,
        env=microphone.environment,
    )
    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: No microphone is called 'studio'.")
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [(), ("--list-devices",)])
def test_no_microphone_at_all_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    config = tmp_path / "asound.conf"
    config.write_text("pcm.!default { type null }\nctl.!default { type hw card 99 }\n")
    finished = subprocess.run(
        [*VIVAVOZ, "listen", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"ALSA_CONFIG_PATH": str(config)},
    )
    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: No microphone was found.")
    assert len(finished.stderr.splitlines()) == 1


def test_a_server_that_is_not_there_is_one_sentence(microphone: FakeMicrophone) -> None:
    finished = subprocess.run(
        [*VIVAVOZ, "listen", "--url", "http://127.0.0.1:9"],
        check=False,
        capture_output=True,
        text=True,
        env=microphone.environment,
    )
    assert finished.returncode == 1
    assert "No server answers at ws://127.0.0.1:9/ws" in finished.stderr
