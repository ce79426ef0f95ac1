"""How many dictations at once a server holds: paced sessions in real time, ours or another server.

    python benchmarks/load.py vivavoz --model DIR --samples DIR --sessions 1 2 4 8
    python benchmarks/load.py whisperlive --python ENV/bin/python --model DIR --samples DIR

With ``--cost-model`` (see ``true_cost.py``) every model call costs what a larger model's would. A
fresh server is started for each number of sessions; the first recording of each session warms it up
and does not count. Processor time and memory are those of the server's processes.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from peers.driver import Driver, Reader, ServerUnderTest
from peers.vivavoz_server import Vivavoz
from peers.whisper_streaming import WhisperStreaming
from peers.whisperlive import WhisperLive
from peers.whisperlivekit import WhisperLiveKit
from streaming import Recording
from vivavoz.benchmark.score import percentile, score

_READY_TIMEOUT_S = 120.0
DRIVERS: dict[str, Driver] = {
    "vivavoz": Vivavoz(),
    "vivavoz-live": Vivavoz(("--profile", "live")),
    "vivavoz-frugal": Vivavoz(("--profile", "frugal")),
    "whisperlive": WhisperLive(),
    "whisperlivekit": WhisperLiveKit("localagreement"),
    "whisperlivekit-alignatt": WhisperLiveKit("simulstreaming"),
    "whisper_streaming": WhisperStreaming(),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One server with so many sessions. ``cpu_s_per_s``: core-seconds per second of audio."""

    server: str
    sessions: int
    audio_s: float
    latency_p50_s: float
    latency_p95_s: float
    wer: float
    flicker: float
    cpu_s_per_s: float
    peak_memory_mb: float


class ProcessTree:
    """Processor time and memory of a server and its children."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self.peak_memory_mb = 0.0

    def cpu_s(self) -> float:
        """Seconds of processor time so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    async def watch_memory(self) -> None:
        """Note the peak, until cancelled."""
        while True:
            memory = sum(process.memory_info().rss for process in self._processes())
            self.peak_memory_mb = max(self.peak_memory_mb, memory / 1e6)
            await asyncio.sleep(0.5)

    def _processes(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


@contextmanager
def running(
    driver: Driver, server: ServerUnderTest, cost_model: Path | None
) -> Iterator[ProcessTree]:
    """The server, started, and stopped at the end."""
    command = driver.command(server)
    if cost_model is not None:
        wrapper = Path(__file__).with_name("true_cost.py")
        command = [sys.executable, str(wrapper), "--cost-model", str(cost_model), "--", *command]
    with tempfile.TemporaryDirectory() as data_dir, tempfile.TemporaryFile() as output:
        environment = {**os.environ, "VIVAVOZ_DATA_DIR": data_dir, "HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_ready(process, server.port)
            yield ProcessTree(process.pid)
        finally:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.terminate()
            process.terminate()
            process.wait(30)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    give_up_at_s = time.monotonic() + _READY_TIMEOUT_S
    while time.monotonic() < give_up_at_s and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(5)  # models load behind an open port
                return
        time.sleep(0.2)
    raise SystemExit("the server did not start")


async def measure(
    name: str,
    server: ServerUnderTest,
    tree: ProcessTree,
    recordings: list[Recording],
    sessions: int,
) -> Figures:
    """Play every recording once in all, over so many sessions at a time."""
    driver = DRIVERS[name]
    await driver.dictate(server, recordings[0])
    watching = asyncio.create_task(tree.watch_memory())
    cpu_before_s = tree.cpu_s()
    queue = [recordings[i % len(recordings)] for i in range(max(len(recordings), 2 * sessions))]
    random.Random(0).shuffle(queue)
    played: list[tuple[Recording, Reader]] = []

    async def session(number: int) -> None:
        await asyncio.sleep(number * 0.37)
        while queue:
            recording = queue.pop()
            played.append((recording, await driver.dictate(server, recording)))

    await asyncio.gather(*(session(number) for number in range(sessions)))
    cpu_s = tree.cpu_s() - cpu_before_s
    watching.cancel()
    return _figures(name, sessions, played, cpu_s, tree.peak_memory_mb)


def _figures(
    name: str,
    sessions: int,
    played: list[tuple[Recording, Reader]],
    cpu_s: float,
    peak_memory_mb: float,
) -> Figures:
    scores = [score(recording.words, reader.views) for recording, reader in played]
    audio_s = sum(len(recording.audio) / 16_000 for recording, _ in played)
    latencies = [latency for one in scores for latency in one.latencies_s]
    return Figures(
        server=name,
        sessions=sessions,
        audio_s=round(audio_s, 1),
        latency_p50_s=round(percentile(latencies, 0.5), 3),
        latency_p95_s=round(percentile(latencies, 0.95), 3),
        wer=round(
            100 * sum(one.word_errors for one in scores) / sum(s.reference_words for s in scores), 2
        ),
        flicker=round(
            sum(one.changed_words for one in scores) / max(sum(s.final_words for s in scores), 1), 3
        ),
        cpu_s_per_s=round(cpu_s / audio_s, 3),
        peak_memory_mb=round(peak_memory_mb),
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="How many dictations at once a server holds.")
    parser.add_argument("server", choices=DRIVERS)
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--source", type=Path, help="checkout of a server that is no package")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--language", default="es", help="only recordings of this language")
    parser.add_argument("--only", default="*", help="glob of recordings, by name")
    parser.add_argument("--cost-model", type=Path)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1])
    given = parser.parse_args()
    found = [Recording.load(path) for path in sorted(given.samples.glob(f"{given.only}.wav"))]
    recordings = [recording for recording in found if recording.language == given.language]
    for sessions in given.sessions:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = ServerUnderTest(
            given.python, given.model.resolve(), given.language, port, given.source
        )
        with running(DRIVERS[given.server], server, given.cost_model) as tree:
            figures = asyncio.run(measure(given.server, server, tree, recordings, sessions))
        print(json.dumps(asdict(figures)), flush=True)


if __name__ == "__main__":
    main()
