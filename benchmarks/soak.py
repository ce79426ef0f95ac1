"""Whether the server's memory, threads and descriptors stay flat, on the real server with Whisper.

    python benchmarks/soak.py [--rounds 1] [--sessions 20] [--minutes 10] [--session-minutes 2]
        [--pace 1]

In each round so many sessions speak at once, one after the other, WebM/Opus at ``pace`` times the
speed of a microphone, until the round's time is over; then nobody does, until the server has given
back what it freed. The server is measured every second, for the most, and at the end of each round.
"""

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import av
import numpy as np
import psutil

from vivavoz.client.stream import VivavozClient
from vivavoz.session.events import Failed, SessionCompleted, Warned

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "tests" / "fixtures" / "fixture-model"
CHUNK_S = 0.5
START_TIMEOUT_S = 60.0
GIVE_BACK_S = 70.0
"""The server gives freed memory back once a minute."""
MAX_SPREAD_S = 60.0
SEED = 4


@dataclass(frozen=True)
class Sample:
    """The server at one moment; memory is what it took itself, without files that are mapped."""

    memory_mb: float
    threads: int
    descriptors: int


@dataclass
class Tally:
    """What became of a round's sessions."""

    sessions: int = 0
    audio_s: float = 0.0
    characters: int = 0
    trouble: int = 0


@dataclass(frozen=True)
class Round:
    """One round: the server second by second, and once it was quiet again."""

    tally: Tally
    samples: list[Sample]
    after: Sample


# --- the audio ------------------------------------------------------------------------------------


def webm_chunks(seconds: float, speech_share: float) -> list[bytes]:
    """One recording of that length: that share of it speech, in English, the rest silence."""
    rng = random.Random(SEED)
    files = sorted((MODEL / "samples").glob("en-[0-9].wav"))
    file = BytesIO()
    with av.open(file, "w", format="webm", options={"live": "1"}) as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 32_000
        left = int(seconds * 16_000)
        while left > 0:
            speech = _samples(rng.choice(files))[:left]
            silence = np.zeros(int(len(speech) * (1 / speech_share - 1)), np.int16)
            piece = np.concatenate((speech, silence))[:left]
            left -= len(piece)
            frame = av.AudioFrame.from_ndarray(piece[np.newaxis], format="s16", layout="mono")
            frame.sample_rate = 16_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = file.getvalue()
    size = max(1, round(len(data) * CHUNK_S / seconds))
    return [data[start : start + size] for start in range(0, len(data), size)]


def _samples(file: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer(file.read_bytes()[44:], np.int16)


# --- the sessions ---------------------------------------------------------------------------------


async def speak(url: str, chunks: Sequence[bytes], pace: float, tally: Tally) -> None:
    """One session from beginning to end."""
    clock = asyncio.get_running_loop().time
    async with VivavozClient(url, mime_type="audio/webm;codecs=opus", language="en") as client:
        listening = asyncio.create_task(_listen(client, tally))
        begin_s = clock()
        for number, chunk in enumerate(chunks, start=1):
            await client.send(chunk)
            await asyncio.sleep(begin_s + number * CHUNK_S / pace - clock())
        await client.stop()
        await listening


async def _listen(client: VivavozClient, tally: Tally) -> None:
    async for event in client.events():
        if isinstance(event, SessionCompleted):
            tally.sessions += 1
            tally.audio_s += event.duration_s
            tally.characters += len(event.confirmed_text)
        elif isinstance(event, Failed | Warned):
            tally.trouble += 1


async def speak_until(
    end_s: float, delay_s: float, url: str, chunks: Sequence[bytes], pace: float, tally: Tally
) -> None:
    """One session after the other, at least one."""
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(delay_s)
    while True:
        await speak(url, chunks, pace, tally)
        if clock() >= end_s:
            return


# --- the server -----------------------------------------------------------------------------------


@contextmanager
def running_server() -> Iterator[tuple[psutil.Process, str]]:
    """A fresh server with the tests' Whisper model: its process and its address."""
    with socket.socket() as probe, tempfile.TemporaryDirectory() as data_dir:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        options = ["--port", port, "--engine", "whisper", "--model", str(MODEL / "model")]
        process = subprocess.Popen(
            [sys.executable, "-m", "vivavoz", "serve", "--profile", "frugal", *options],
            env=os.environ
            | {
                "VIVAVOZ_DATA_DIR": data_dir,
                "VIVAVOZ_LOG_LEVEL": "error",
                "VIVAVOZ_MAX_SESSIONS_PER_ADDRESS": "1000",
                "VIVAVOZ_MAX_QUEUE_WAIT_S": "60",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield psutil.Process(process.pid), f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


async def until_ready(url: str) -> None:
    """Wait for the engine."""
    async with asyncio.timeout(START_TIMEOUT_S):
        while True:
            try:
                with await asyncio.to_thread(urlopen, f"{url}/ready"):
                    return
            except OSError:
                await asyncio.sleep(0.2)


def sample(server: psutil.Process) -> Sample:
    """The server now."""
    memory = server.memory_info()
    memory_mb = (memory.rss - memory.shared) / 1e6
    return Sample(memory_mb, server.num_threads(), server.num_fds())


async def watch(server: psutil.Process, samples: list[Sample]) -> None:
    """Measure every second, until cancelled."""
    while True:
        samples.append(sample(server))
        await asyncio.sleep(1.0)


async def one_round(
    server: psutil.Process,
    url: str,
    sessions: int,
    minutes: float,
    chunks: Sequence[bytes],
    pace: float,
) -> Round:
    """Let the sessions speak, and wait until what they freed is given back."""
    tally, samples = Tally(), list[Sample]()
    watching = asyncio.create_task(watch(server, samples))
    end_s = asyncio.get_running_loop().time() + minutes * 60
    spread_s = min(len(chunks) * CHUNK_S / pace, MAX_SPREAD_S) / sessions
    await asyncio.gather(
        *(
            speak_until(end_s, number * spread_s, url, chunks, pace, tally)
            for number in range(sessions)
        )
    )
    watching.cancel()
    await asyncio.sleep(GIVE_BACK_S)
    return Round(tally, samples, sample(server))


async def soak(
    rounds: int, sessions: int, minutes: float, chunks: Sequence[bytes], pace: float
) -> None:
    """Print a Markdown table, a line for each round as it ends."""
    print("| round | sessions | audio (h) | characters | warnings, errors ", end="")
    print("| memory (MB): most | after | threads: most | after | descriptors: most | after |")
    print("|---:" * 11 + "|")
    with running_server() as (server, url):
        await until_ready(url)
        await speak(url, chunks[: round(20 / CHUNK_S)], 4, Tally())  # loads what is loaded once
        await asyncio.sleep(GIVE_BACK_S)
        before = sample(server)
        print(line("before", Round(Tally(), [before], before)), flush=True)
        for number in range(1, rounds + 1):
            measured = await one_round(server, url, sessions, minutes, chunks, pace)
            print(line(str(number), measured), flush=True)


def line(name: str, measured: Round) -> str:
    """One round's line of the table."""
    tally = measured.tally
    hours = f"{tally.audio_s / 3600:.2f}"
    cells = [name, tally.sessions, hours, tally.characters, tally.trouble]
    for field in fields(Sample):
        cells += [
            f"{max(getattr(one, field.name) for one in measured.samples):.0f}",
            f"{getattr(measured.after, field.name):.0f}",
        ]
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Soak and print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=1, help="with a quiet minute after each")
    parser.add_argument("--sessions", type=int, default=20, help="at once")
    parser.add_argument(
        "--minutes", type=float, default=10, help="of a round; no session follows another after it"
    )
    parser.add_argument("--session-minutes", type=float, default=2, help="audio of one session")
    parser.add_argument("--pace", type=float, default=1, help="times the speed of a microphone")
    parser.add_argument("--speech", type=float, default=0.25, help="share of speech, 0 to 1")
    given = parser.parse_args()
    chunks = webm_chunks(given.session_minutes * 60, given.speech)
    asyncio.run(soak(given.rounds, given.sessions, given.minutes, chunks, given.pace))


if __name__ == "__main__":
    main()
